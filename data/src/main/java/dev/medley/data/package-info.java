/**
 * Dataset folders: reading and writing them, splitting, inspecting, and generating a sample.
 *
 * <p>Must not know: tensors, models, metrics, runs, the command line.
 */
@NullMarked
package dev.medley.data;

import org.jspecify.annotations.NullMarked;
