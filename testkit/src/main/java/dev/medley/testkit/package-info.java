/**
 * What tests and benchmarks share: the contract suite that every model passes, gradients checked by
 * finite differences, datasets whose right answer is known, and the literal form of each fast path
 * as its oracle. Never shipped.
 *
 * <p>Letters in shapes: U users, I items, N = U + I nodes, D columns of an embedding, F features, B
 * pairs of a batch, L layers.
 *
 * <p>Must not know: the command line, the layout of run folders.
 */
@NullMarked
package dev.medley.testkit;

import org.jspecify.annotations.NullMarked;
