package dev.medley.features;

/** Arithmetic of single rows. */
final class Rows {

  private Rows() {}

  /** Divides a row by its length, unless that is 0. */
  static void normalize(float[] row) {
    double square = 0;
    for (float value : row) {
      square += (double) value * value;
    }
    if (square > 0) {
      float factor = (float) (1 / Math.sqrt(square));
      for (int k = 0; k < row.length; k++) {
        row[k] *= factor;
      }
    }
  }

  /** Whether every number is finite. */
  static boolean finite(float[] row) {
    for (float value : row) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
