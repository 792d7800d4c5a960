package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;

/**
 * What is done to raw features before a model sees them. Fitted on the items that have the
 * modality; a row that is missing stays missing.
 */
public enum FeatureScaling {
  /** Nothing. */
  RAW,
  /** Each column to mean 0 and standard deviation 1; a constant column to 0. */
  ZSCORE,
  /** Each row to length 1; a row of zeros stays. */
  L2,
  /** First {@link #ZSCORE}, then {@link #L2}. */
  ZSCORE_L2;

  /** The scaled features; computed row by row as they are read. */
  public FeatureMatrix fit(FeatureMatrix raw) {
    return this == RAW ? raw : ScaledFeatures.fit(this, raw);
  }

  boolean standardizes() {
    return this == ZSCORE || this == ZSCORE_L2;
  }

  boolean normalizes() {
    return this == L2 || this == ZSCORE_L2;
  }
}
