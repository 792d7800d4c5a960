package dev.medley.models;

import dev.medley.core.Imputation;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.NeighborGraphs;

/**
 * What a model is made from besides its configuration.
 *
 * @param data training interactions and features
 * @param seed the root of the model's randomness
 * @param imputation what a model that cannot mask receives for a missing feature row
 * @param graphs builds neighbour graphs, or finds them in its cache
 */
public record ModelInput(
    TrainingView data, Seed seed, Imputation imputation, NeighborGraphs graphs) {

  /** Without a cache, missing features as zeros. */
  public static ModelInput of(TrainingView data, Seed seed) {
    return new ModelInput(data, seed, Imputation.ZERO, NeighborGraphs.uncached());
  }
}
