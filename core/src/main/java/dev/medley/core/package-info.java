/**
 * Plain data that every other module speaks: ids, interactions, features, a dataset, seeds, and the
 * roles of a trained model.
 *
 * <p>Must not know: files, tensors, models, the command line.
 */
@NullMarked
package dev.medley.core;

import org.jspecify.annotations.NullMarked;
