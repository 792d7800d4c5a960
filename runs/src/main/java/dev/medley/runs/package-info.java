/**
 * The run folder that a training leaves behind and that stands alone: its layout and format
 * version, atomic writing in an order that shows whether it is finished, checksums, reading back.
 *
 * <p>Must not know: tensors, models, how training or evaluation work, the command line.
 */
@NullMarked
package dev.medley.runs;

import org.jspecify.annotations.NullMarked;
