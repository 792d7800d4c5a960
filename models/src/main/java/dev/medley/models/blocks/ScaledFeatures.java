package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;

/** A feature matrix seen through a fitted {@link FeatureScaling}. */
public final class ScaledFeatures implements FeatureMatrix {
  private final FeatureScaling scaling;
  private final FeatureMatrix raw;
  private final float[] means; // D
  private final float[] deviations; // D, 0 for a constant column

  private ScaledFeatures(
      FeatureScaling scaling, FeatureMatrix raw, float[] means, float[] deviations) {
    this.scaling = scaling;
    this.raw = raw;
    this.means = means;
    this.deviations = deviations;
  }

  static ScaledFeatures fit(FeatureScaling scaling, FeatureMatrix raw) {
    int dimension = raw.dimension();
    float[] means = new float[dimension];
    float[] deviations = new float[dimension];
    if (scaling.standardizes()) {
      double[] sums = new double[dimension];
      double[] squares = new double[dimension];
      float[] row = new float[dimension];
      int count = Math.max(1, raw.presentCount());
      for (int item = 0; item < raw.rows(); item++) {
        if (raw.isPresent(item)) {
          raw.copyRow(item, row, 0);
          for (int k = 0; k < dimension; k++) {
            sums[k] += row[k];
          }
        }
      }
      for (int item = 0; item < raw.rows(); item++) {
        if (raw.isPresent(item)) {
          raw.copyRow(item, row, 0);
          for (int k = 0; k < dimension; k++) {
            double difference = row[k] - sums[k] / count;
            squares[k] += difference * difference;
          }
        }
      }
      for (int k = 0; k < dimension; k++) {
        means[k] = (float) (sums[k] / count);
        deviations[k] = (float) Math.sqrt(squares[k] / count);
      }
    }
    return new ScaledFeatures(scaling, raw, means, deviations);
  }

  /** What was fitted. */
  public FeatureScaling scaling() {
    return scaling;
  }

  /** The mean of each column, D; zeros where the scaling has none. */
  public float[] means() {
    return means.clone();
  }

  /** The standard deviation of each column, D; zeros where the scaling has none. */
  public float[] deviations() {
    return deviations.clone();
  }

  @Override
  public String modality() {
    return raw.modality();
  }

  @Override
  public int rows() {
    return raw.rows();
  }

  @Override
  public int dimension() {
    return raw.dimension();
  }

  @Override
  public boolean isPresent(int row) {
    return raw.isPresent(row);
  }

  @Override
  public void copyRow(int row, float[] out, int offset) {
    raw.copyRow(row, out, offset);
    if (!raw.isPresent(row)) {
      return;
    }
    int end = offset + dimension();
    if (scaling.standardizes()) {
      for (int k = offset; k < end; k++) {
        float deviation = deviations[k - offset];
        out[k] = deviation == 0 ? 0 : (out[k] - means[k - offset]) / deviation;
      }
    }
    if (scaling.normalizes()) {
      double square = 0;
      for (int k = offset; k < end; k++) {
        square += (double) out[k] * out[k];
      }
      float factor = square == 0 ? 0 : (float) (1 / Math.sqrt(square));
      for (int k = offset; k < end; k++) {
        out[k] *= factor;
      }
    }
  }
}
