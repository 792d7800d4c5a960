package dev.medley.features;

/** Hears how far an encoding has come. */
@FunctionalInterface
public interface FeatureProgress {
  /** Hears nothing. */
  FeatureProgress NONE = (modality, done, items) -> {};

  /**
   * Some items more are done.
   *
   * @param done in [0, items]
   * @param items of the dataset
   */
  void advanced(String modality, int done, int items);
}
