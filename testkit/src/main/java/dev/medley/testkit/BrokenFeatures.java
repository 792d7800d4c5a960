package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.FeatureView;

/** Features of a dataset of which one reading of a row fails, as that of a lost file does. */
final class BrokenFeatures {

  /** What the reading fails with. */
  static final class BrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenException() {
      super("features broken on purpose");
    }
  }

  private int left;

  /** The reading of this number fails, counted from 1 over all modalities, and all after it. */
  BrokenFeatures(int reading) {
    this.left = reading;
  }

  /** {@code matrix}, whose readings count. */
  FeatureMatrix of(FeatureMatrix matrix) {
    return new FeatureView(matrix) {
      @Override
      public void copyRow(int row, float[] out, int offset) {
        if (--left <= 0) {
          throw new BrokenException();
        }
        super.copyRow(row, out, offset);
      }
    };
  }
}
