package dev.medley.core;

import java.util.Locale;

/** What stands in for missing rows where a model cannot mask them. */
public enum Imputation {
  /** Zeros. */
  ZERO,
  /** The mean of the rows that are there; zeros where none is. */
  MEAN;

  /**
   * The imputation of this name.
   *
   * @param name {@code "zero"} or {@code "mean"}
   * @throws InvalidInputException if it is neither
   */
  public static Imputation parse(String name) {
    for (Imputation imputation : values()) {
      if (imputation.label().equals(name)) {
        return imputation;
      }
    }
    throw new InvalidInputException(
        "imputation: expected 'mean' or 'zero', got '" + name + "'; choose one of them");
  }

  /** The name on the command line: {@code zero} or {@code mean}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A view of {@code matrix} in which every row is present; {@code matrix} itself where no row is
   * missing.
   */
  public FeatureMatrix fill(FeatureMatrix matrix) {
    if (matrix.presentCount() == matrix.rows()) {
      return matrix;
    }
    return new Filled(
        matrix,
        switch (this) {
          case ZERO -> new float[matrix.dimension()];
          case MEAN -> mean(matrix);
        });
  }

  private static float[] mean(FeatureMatrix matrix) {
    double[] sums = new double[matrix.dimension()];
    float[] values = new float[matrix.dimension()];
    int present = 0;
    for (int row = 0; row < matrix.rows(); row++) {
      if (matrix.isPresent(row)) {
        matrix.copyRow(row, values, 0);
        for (int k = 0; k < sums.length; k++) {
          sums[k] += values[k];
        }
        present++;
      }
    }
    float[] mean = new float[sums.length];
    for (int k = 0; k < sums.length; k++) {
      mean[k] = (float) (sums[k] / Math.max(1, present));
    }
    return mean;
  }

  private static final class Filled extends FeatureView {
    private final FeatureMatrix matrix;
    private final float[] stand; // D

    Filled(FeatureMatrix matrix, float[] stand) {
      super(matrix);
      this.matrix = matrix;
      this.stand = stand;
    }

    @Override
    public boolean isPresent(int row) {
      return true;
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {
      if (matrix.isPresent(row)) {
        matrix.copyRow(row, out, offset);
      } else {
        System.arraycopy(stand, 0, out, offset, stand.length);
      }
    }
  }
}
