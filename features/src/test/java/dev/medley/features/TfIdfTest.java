package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TfIdfTest {
  private static final List<String> SENTENCES =
      List.of(
          "red wool scarf",
          "red wool hat",
          "blue glass vase",
          "blue glass bowl",
          "green glass bowl and vase",
          "scarf and hat of wool",
          "unheard");

  @Test
  void withAllDirectionsInnerProductsAreThoseOfTheWeights() {
    TfIdf fitted = new TfIdf(SENTENCES, 100);
    // literal: the words in two sentences or more
    List<String> words =
        List.of("red", "wool", "scarf", "hat", "blue", "glass", "vase", "bowl", "and");
    double[][] rows = new double[SENTENCES.size()][words.size()];
    for (int w = 0; w < words.size(); w++) {
      String word = words.get(w);
      long count = SENTENCES.stream().filter(s -> List.of(s.split(" ", -1)).contains(word)).count();
      for (int k = 0; k < rows.length; k++) {
        boolean there = List.of(SENTENCES.get(k).split(" ", -1)).contains(word);
        rows[k][w] = there ? Math.log(8.0 / (1 + count)) + 1 : 0;
      }
    }
    for (int a = 0; a < 6; a++) {
      for (int b = 0; b < 6; b++) {
        assertThat(dot(row(fitted, a), row(fitted, b)))
            .as("%d and %d", a, b)
            .isEqualTo(
                dot(rows[a], rows[b]) / Math.sqrt(dot(rows[a], rows[a]) * dot(rows[b], rows[b])),
                within(1e-5));
      }
    }
    assertThat(fitted.known(6)).isFalse();
  }

  @Test
  void twoDirectionsTellTheTwoSubjectsApart() {
    TfIdf fitted = new TfIdf(SENTENCES, 2);

    assertThat(fitted.dimension()).isEqualTo(2);
    assertThat(dot(row(fitted, 0), row(fitted, 1))).isGreaterThan(0.9);
    assertThat(dot(row(fitted, 2), row(fitted, 3))).isGreaterThan(0.9);
    assertThat(dot(row(fitted, 0), row(fitted, 2))).isLessThan(0.3);
    assertThat(row(new TfIdf(SENTENCES, 2), 4)).isEqualTo(row(fitted, 4));
  }

  private static double[] row(TfIdf fitted, int row) {
    float[] out = new float[fitted.dimension()];
    fitted.copy(row, out);
    double[] values = new double[out.length];
    for (int k = 0; k < out.length; k++) {
      values[k] = out[k];
    }
    return values;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
