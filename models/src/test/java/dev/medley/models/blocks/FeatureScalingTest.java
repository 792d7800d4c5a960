package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FeatureScalingTest {
  private static final float NONE = Float.NaN;

  /** Columns 1, 3, 8 (mean 4, variance 26/3) and 5, 5, 5; item 1 is missing. */
  private static final FeatureMatrix RAW =
      DenseFeatures.of("text", new float[][] {{1, 5}, {NONE, NONE}, {3, 5}, {8, 5}});

  private static float[] row(FeatureMatrix matrix, int item) {
    float[] row = new float[4];
    matrix.copyRow(item, row, 1); // at an offset
    assertThat(row[0]).isZero();
    return new float[] {row[1], row[2]};
  }

  private static void close(float[] actual, double... expected) {
    for (int k = 0; k < expected.length; k++) {
      assertThat((double) actual[k]).isCloseTo(expected[k], Offset.offset(1e-6));
    }
  }

  @Test
  void rawIsTheSameMatrix() {
    assertThat(FeatureScaling.RAW.fit(RAW)).isSameAs(RAW);
  }

  @Test
  void zscoreUsesTheItemsThatAreThereAndMakesAConstantColumnZero() {
    FeatureMatrix scaled = FeatureScaling.ZSCORE.fit(RAW);
    double deviation = Math.sqrt(26 / 3.0);
    close(row(scaled, 0), -3 / deviation, 0);
    close(row(scaled, 2), -1 / deviation, 0);
    close(row(scaled, 3), 4 / deviation, 0);
  }

  @Test
  void l2MakesEveryRowOfLengthOne() {
    FeatureMatrix scaled = FeatureScaling.L2.fit(RAW);
    close(row(scaled, 3), 8 / Math.sqrt(89), 5 / Math.sqrt(89));
    FeatureMatrix zeros =
        FeatureScaling.L2.fit(DenseFeatures.of("text", new float[][] {{0, 0}, {3, 4}}));
    close(row(zeros, 0), 0, 0);
    close(row(zeros, 1), 0.6, 0.8);
  }

  @Test
  void zscoreComesBeforeL2() {
    FeatureMatrix scaled = FeatureScaling.ZSCORE_L2.fit(RAW);
    close(row(scaled, 0), -1, 0);
    close(row(scaled, 3), 1, 0);
  }

  @Test
  void aMissingRowStaysMissingAndZero() {
    for (FeatureScaling scaling : FeatureScaling.values()) {
      FeatureMatrix scaled = scaling.fit(RAW);
      assertThat(scaled.isPresent(1)).isFalse();
      assertThat(scaled.presentCount()).isEqualTo(3);
      assertThat(row(scaled, 1)).containsExactly(0, 0);
      assertThat(scaled.modality()).isEqualTo("text");
    }
  }
}
