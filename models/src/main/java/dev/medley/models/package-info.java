/**
 * One file per model, each in the same order: paper and letters, configuration, parameters,
 * forward, loss, scores; and the words in which a model describes its own training.
 *
 * <p>Letters in shapes: U users, I items, N = U + I nodes, D columns of an embedding, L layers, B
 * rows of a batch, M modalities.
 *
 * <p>Must not know: the training loop, held-out interactions, evaluation, files.
 */
@NullMarked
package dev.medley.models;

import org.jspecify.annotations.NullMarked;
