/**
 * The command line: one class per command, the registry of models, and what several commands share.
 *
 * <p>Must not know: tensors, file formats, how any model works.
 */
@NullMarked
package dev.medley.cli;

import org.jspecify.annotations.NullMarked;
