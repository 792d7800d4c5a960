/**
 * The one loop that every model goes through: it runs the phases that a model describes, samples
 * their batches, stops early on validation, keeps checkpoints and tells listeners.
 *
 * <p>Must not know: any single model, files other than its checkpoint, the test split.
 */
@NullMarked
package dev.medley.training;

import org.jspecify.annotations.NullMarked;
