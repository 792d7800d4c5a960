package dev.medley.models;

import dev.medley.core.Imputation;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Precision;

/**
 * What a model is made from besides its configuration.
 *
 * @param data training interactions and features
 * @param seed the root of the model's randomness
 * @param imputation what a model that cannot mask receives for a missing feature row
 * @param graphs builds neighbour graphs, or finds them in its cache
 * @param precision the number type of its parameters
 * @param pretrained what an earlier run learned, for a model that starts from it
 */
public record ModelInput(
    TrainingView data,
    Seed seed,
    Imputation imputation,
    NeighborGraphs graphs,
    Precision precision,
    Pretrained pretrained) {

  /** With parameters of float32 that all start anew. */
  public ModelInput(TrainingView data, Seed seed, Imputation imputation, NeighborGraphs graphs) {
    this(data, seed, imputation, graphs, Precision.FLOAT, Pretrained.NONE);
  }

  /** Without a cache, missing features as zeros. */
  public static ModelInput of(TrainingView data, Seed seed) {
    return new ModelInput(data, seed, Imputation.ZERO, NeighborGraphs.uncached());
  }

  /** The same with parameters of another number type. */
  public ModelInput with(Precision other) {
    return new ModelInput(data, seed, imputation, graphs, other, pretrained);
  }

  /** The same with what an earlier run learned. */
  public ModelInput with(Pretrained earlier) {
    return new ModelInput(data, seed, imputation, graphs, precision, earlier);
  }
}
