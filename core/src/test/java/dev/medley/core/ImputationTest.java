package dev.medley.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImputationTest {
  private static final float NAN = Float.NaN;
  private static final FeatureMatrix GAPPY =
      DenseFeatures.of("image", new float[][] {{1, 4}, {NAN, NAN}, {3, 0}});

  @Test
  void missingRowBecomesTheMeanOfThePresent() {
    assertThat(row(Imputation.MEAN.fill(GAPPY), 1)).containsExactly(2, 2);
  }

  @Test
  void missingRowBecomesZeros() {
    assertThat(row(Imputation.ZERO.fill(GAPPY), 1)).containsExactly(0, 0);
  }

  @Test
  void presentRowsStayAndEveryRowIsPresent() {
    FeatureMatrix filled = Imputation.MEAN.fill(GAPPY);

    assertThat(row(filled, 2)).containsExactly(3, 0);
    assertThat(filled.presentCount()).isEqualTo(3);
    assertThat(filled.modality()).isEqualTo("image");
  }

  @Test
  void completeMatrixIsReturnedItself() {
    FeatureMatrix complete = DenseFeatures.of("text", new float[][] {{1}, {2}});

    assertThat(Imputation.MEAN.fill(complete)).isSameAs(complete);
  }

  @Test
  void meanOfNothingIsZero() {
    FeatureMatrix empty = DenseFeatures.of("text", new float[][] {{NAN}, {NAN}});

    assertThat(row(Imputation.MEAN.fill(empty), 0)).containsExactly(0);
  }

  @Test
  void unknownNameIsRefusedWithTheKnownOnes() {
    assertThat(Imputation.parse("mean")).isEqualTo(Imputation.MEAN);
    assertThatThrownBy(() -> Imputation.parse("median"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("imputation: expected 'mean' or 'zero', got 'median'; choose one of them");
  }

  private static float[] row(FeatureMatrix matrix, int row) {
    float[] values = new float[matrix.dimension()];
    matrix.copyRow(row, values, 0);
    return values;
  }
}
