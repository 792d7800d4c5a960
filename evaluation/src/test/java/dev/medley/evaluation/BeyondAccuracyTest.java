package dev.medley.evaluation;

import static dev.medley.evaluation.Tables.interactions;
import static dev.medley.evaluation.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BeyondAccuracyTest {
  private static final float NAN = Float.NaN;

  @Test
  void handCheckedLists() {
    // Item 0 has four training users, item 1 two, item 2 one, items 3 and 4 none.
    Interactions train = interactions(5, row(0, 1), row(0), row(0, 1), row(0, 2));
    Interactions heldOut = interactions(5, row(2), row(3), row(), row());
    // User 0 is given 2, 3; user 1 is given 3, 1.
    float[][] scores = {{0, 0, 9, 8, 0}, {0, 8, 0, 9, 0}, new float[5], new float[5]};

    EvaluationResult result =
        Evaluator.builder(train, heldOut)
            .cutoffs(1, 2)
            .build()
            .evaluate(new MatrixScorer(5, scores));

    assertThat(result.metrics())
        .containsEntry("coverage@1", 2.0 / 5)
        .containsEntry("coverage@2", 3.0 / 5)
        .containsEntry("arp@1", (1.0 + 0) / 2)
        .containsEntry("arp@2", (0.5 + 1) / 2)
        // −log₂ of 1/4, 1/4 (never seen counts as one user), 2/4
        .containsEntry("novelty@1", (2.0 + 2) / 2)
        .containsEntry("novelty@2", (2 + 1.5) / 2);
    // n = 0, 0, 1, 1, 2 in ascending order: Σ (2k − 6) n = 0·1 + 2·1 + 4·2 = 10; 10 / (5 · 4)
    assertThat(result.metric("gini@2")).isCloseTo(0.5, within(1e-15));
    assertThat(result.undefined()).containsOnlyKeys("diversity@1", "diversity@2");
  }

  @Test
  void oneItemForAllHasTheLargestGini() {
    Interactions train = interactions(4, row(0), row(0));
    Interactions heldOut = interactions(4, row(1), row(1));
    float[][] scores = {{0, 1, 0, 0}, {0, 1, 0, 0}};

    EvaluationResult result =
        Evaluator.builder(train, heldOut).cutoffs(1).build().evaluate(new MatrixScorer(4, scores));

    assertThat(result.metric("gini@1")).isCloseTo(1 - 1.0 / 4, within(1e-15));
  }

  @Test
  void diversityOfEqualItemsIsZeroAndOfOrthogonalOnesOne() {
    List<FeatureMatrix> features =
        List.of(
            DenseFeatures.of(
                "text", new float[][] {{1, 0}, {2, 0}, {0, 3}, {NAN, NAN}, {0, 0}, {1, 0}}));

    assertThat(diversity(features, row(0, 1))).isCloseTo(0, within(1e-6));
    assertThat(diversity(features, row(0, 2))).isCloseTo(1, within(1e-6));
    assertThat(diversity(features, row(0, 1, 2))).isCloseTo(2.0 / 3, within(1e-6));
    // Item 3 lacks the modality and item 4 has no direction: both are left out.
    assertThat(diversity(features, row(0, 3, 2, 4))).isCloseTo(1, within(1e-6));
    assertThat(diversity(features, row(0, 3, 4))).isNaN();
    assertThat(diversity(features, row(0))).isNaN();
  }

  @Test
  void everyModalityWeighsTheSameWhateverItsScale() {
    List<FeatureMatrix> features =
        List.of(
            DenseFeatures.of("image", new float[][] {{1000, 0}, {1000, 0}, {NAN, NAN}}),
            DenseFeatures.of("text", new float[][] {{.01f, 0}, {0, .01f}, {.01f, 0}}));

    assertThat(diversity(features, row(0, 1))).isCloseTo(0.5, within(1e-6));
    // x̂ of item 2 is its text alone: its cosine with item 0 is 1/√2.
    assertThat(diversity(features, row(0, 2))).isCloseTo(1 - Math.sqrt(0.5), within(1e-6));
  }

  @Test
  void diversityAgreesWithItsPairwiseDefinition() {
    int items = 70;
    RandomStream random = new Seed(9).stream();
    float[][] image = gaussian(items, 600, random); // wider than two slices
    float[][] text = gaussian(items, 5, random);
    Arrays.fill(text[3], NAN);
    Arrays.fill(image[4], NAN);
    Arrays.fill(text[4], NAN);
    List<FeatureMatrix> features =
        List.of(DenseFeatures.of("image", image), DenseFeatures.of("text", text));
    int[] list = IntStream.range(0, items).toArray();
    random.shuffle(list);
    int[] cutoffs = {2, 5, 13, 70};
    RankedLists lists = new RankedLists(row(0), list, row(items), items, items);

    double[] actual;
    try (Stripes stripes = new Stripes(2)) {
      actual = new Diversity(features, items).of(lists, cutoffs, stripes);
    }

    for (int c = 0; c < cutoffs.length; c++) {
      assertThat(actual[c])
          .isCloseTo(pairwise(image, text, Arrays.copyOf(list, cutoffs[c])), within(1e-5));
    }
  }

  private static double diversity(List<FeatureMatrix> features, int[] list) {
    RankedLists lists =
        new RankedLists(row(0), list, row(list.length), list.length, features.get(0).rows());
    try (Stripes stripes = new Stripes(1)) {
      return new Diversity(features, features.get(0).rows())
          .of(lists, new int[] {list.length}, stripes)[0];
    }
  }

  private static float[][] gaussian(int rows, int dimension, RandomStream random) {
    float[][] values = new float[rows][dimension];
    for (float[] row : values) {
      for (int d = 0; d < dimension; d++) {
        row[d] = (float) (random.nextGaussian() + 0.5);
      }
    }
    return values;
  }

  private static double pairwise(float[][] image, float[][] text, int[] list) {
    double sum = 0;
    int pairs = 0;
    for (int a : list) {
      for (int b : list) {
        if (a < b && a != 4 && b != 4) {
          double parts = cosine(image[a], image[b]) + cosine(text[a], text[b]);
          int modalitiesA = a == 3 ? 1 : 2;
          int modalitiesB = b == 3 ? 1 : 2;
          sum += 1 - parts / Math.sqrt(modalitiesA * modalitiesB);
          pairs++;
        }
      }
    }
    return sum / pairs;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double normA = 0;
    double normB = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      normA += (double) a[d] * a[d];
      normB += (double) b[d] * b[d];
    }
    return Double.isNaN(dot) ? 0 : dot / Math.sqrt(normA * normB);
  }
}
