/**
 * From the texts and pictures of a dataset folder to feature matrices: encoders, the reading of
 * pictures that may be hostile, a cache by content, and the record of what was encoded how.
 *
 * <p>Must not know: models, tensors, runs, the command line.
 */
@NullMarked
package dev.medley.features;

import org.jspecify.annotations.NullMarked;
