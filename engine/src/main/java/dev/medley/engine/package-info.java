/**
 * libtorch made safe: start-up, native-memory scopes, parameters, graph propagation with a
 * hand-written gradient, exact neighbour graphs in blocks, optimiser steps, parameter files.
 *
 * <p>Letters in shapes: U users, I items, N nodes, E stored entries, D columns, B rows of a batch.
 *
 * <p>Must not know: what a model is, datasets, evaluation, files' places.
 */
@NullMarked
package dev.medley.engine;

import org.jspecify.annotations.NullMarked;
