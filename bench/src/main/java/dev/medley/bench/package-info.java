/**
 * Speed and memory, each fast path beside the literal form that it replaces, in one process.
 *
 * <p>Must not know: anything that only tests need to be true; nothing here passes or fails.
 */
@NullMarked
package dev.medley.bench;

import org.jspecify.annotations.NullMarked;
