package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Imputation;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.models.ItemKnn;
import dev.medley.models.ItemKnnFeatures;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.Popular;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemNeighbors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The models without training, by hand. */
class ItemKnnTest {
  /** Items 0, 1, 2 have users {0, 1, 2}, {0, 1}, {1, 2}; nobody has item 3. */
  private static final Interactions TRAIN =
      Interactions.ofPairs(3, 4, new int[] {0, 0, 1, 1, 1, 2, 2}, new int[] {0, 1, 0, 1, 2, 0, 2});

  private static final List<FeatureMatrix> FEATURES =
      List.of(
          DenseFeatures.of("image", new float[][] {{1, 0}, {0, 2}, {1, 1}, {0, 0}}),
          DenseFeatures.of("text", new float[][] {{1}, {0}, {0}, {Float.NaN}}));

  static {
    Engine.start(1);
  }

  private static ModelInput input() {
    return ModelInput.of(new TrainingView(TRAIN, FEATURES), new Seed(1));
  }

  private static void scores(Model model, double[]... expected) {
    ((Phase.ClosedForm) model.phases().get(0)).candidates().get(0).fit().run();
    float[] scores = ModelContract.scores(model);
    for (int user = 0; user < expected.length; user++) {
      for (int item = 0; item < 4; item++) {
        assertThat((double) scores[user * 4 + item])
            .as("user %d, item %d", user, item)
            .isCloseTo(expected[user][item], Offset.offset(1e-6));
      }
    }
    model.close();
  }

  @Test
  void popularScoresEveryUserByTheCounts() {
    double[] counts = {3, 2, 2, 0};
    scores(new Popular(Popular.Config.DEFAULT, input()), counts, counts, counts);
  }

  /** s₀₁ = s₀₂ = 2/(√6 + 1), s₁₂ = 1/(2 + 1); one neighbour each: 1, 0, 0, the tie by index. */
  @Test
  void itemKnnByHandWithOneNeighbourAndShrinkage() {
    double s = 2 / (Math.sqrt(6) + 1);
    scores(
        new ItemKnn(new ItemKnn.Config(1, 1.0), input()),
        new double[] {s, s, 0, 0},
        new double[] {2 * s, s, 0, 0},
        new double[] {s, s, 0, 0});
  }

  @Test
  void itemKnnByHandWithAllNeighbours() {
    double s = 2 / Math.sqrt(6);
    scores(
        new ItemKnn(new ItemKnn.Config(3, 0.0), input()),
        new double[] {s, s, s + 0.5, 0},
        new double[] {2 * s, s + 0.5, s + 0.5, 0},
        new double[] {s, s + 0.5, s, 0});
  }

  @Test
  void openKeysAreTriedInTurnAndTooManyNeighboursAreNot() {
    try (ItemKnn model = new ItemKnn(ItemKnn.Config.DEFAULT, input())) {
      assertThat(((Phase.ClosedForm) model.phases().get(0)).candidates())
          .extracting(
              candidate ->
                  candidate.chosen().get("neighbors") + "/" + candidate.chosen().get("shrink"))
          .containsExactly("3/0.0", "3/10.0", "3/100.0", "3/1000.0");
      assertThatThrownBy(model::scorer)
          .hasMessage("itemknn: expected to be fitted before it scores");
    }
  }

  /**
   * x₀ = (1, 0, 1), x₁ = (0, 2, 0), x₂ = (1, 1, 0), x₃ = 0. With shrink 1: s₀₀ = 2/3, s₀₂ = 1/3,
   * s₁₁ = 4/5, s₁₂ = 2/(2√2 + 1), s₂₂ = 2/3. Two neighbours: 0 and 2; 1 and 2; 2 and 1.
   */
  @Test
  void itemKnnOnFeaturesByHand() {
    double far = 2 / (2 * Math.sqrt(2) + 1);
    scores(
        new ItemKnnFeatures(new ItemKnnFeatures.Config(2, 1, FeatureScaling.RAW), input()),
        new double[] {2 / 3.0, 0.8, 1 / 3.0 + far, 0},
        new double[] {2 / 3.0, 0.8 + far, 1 / 3.0 + far + 2 / 3.0, 0},
        new double[] {2 / 3.0, far, 1 / 3.0 + 2 / 3.0, 0});
  }

  /** The mean of the texts is 1/3, so x₃ = (0, 0, 1/3): s₀₃ = (1/3)/(√2/3 + 1). */
  @Test
  void aMissingRowTakesTheMeanWhereThatIsAskedFor() {
    ModelInput mean =
        new ModelInput(
            new TrainingView(TRAIN, FEATURES),
            new Seed(1),
            Imputation.MEAN,
            NeighborGraphs.uncached());
    double near = (1 / 3.0) / (Math.sqrt(2) / 3 + 1);
    scores(
        new ItemKnnFeatures(new ItemKnnFeatures.Config(3, 1, FeatureScaling.RAW), mean),
        new double[] {2 / 3.0, 0.8, 1 / 3.0 + 2 / (2 * Math.sqrt(2) + 1), near});
  }

  /** In three dimensions many of 2,100 directions nearly coincide; float32 would mix them up. */
  @Test
  void neighboursOnFeaturesAreOrderedInDoublePrecisionAndTiesByIndex() {
    RandomStream random = new Seed(3).stream();
    float[][] rows = new float[2100][3];
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = random.nextInt(21) - 10;
      }
    }
    rows[17] = new float[3];
    Interactions train = Interactions.ofPairs(1, rows.length, new int[] {0}, new int[] {0});
    TrainingView data = new TrainingView(train, List.of(DenseFeatures.of("image", rows)));
    for (double shrink : new double[] {0, 10}) {
      ItemKnnFeatures.Config config = new ItemKnnFeatures.Config(7, shrink, FeatureScaling.RAW);
      try (ItemKnnFeatures model = new ItemKnnFeatures(config, ModelInput.of(data, new Seed(1)))) {
        ((Phase.ClosedForm) model.phases().get(0)).candidates().get(0).fit().run();
        ItemNeighbors found = (ItemNeighbors) model.scorer();
        for (int item = 0; item < rows.length; item++) {
          int begin = found.offsets()[item];
          int[] neighbors = Arrays.copyOfRange(found.neighbors(), begin, found.offsets()[item + 1]);
          assertThat(neighbors)
              .as("neighbours of %d with shrink %s", item, shrink)
              .isEqualTo(item == 17 ? new int[0] : mostSimilar(rows, item, 7, shrink));
        }
      }
    }
  }

  private static int[] mostSimilar(float[][] rows, int item, int k, double shrink) {
    double[] similarities = new double[rows.length];
    for (int other = 0; other < rows.length; other++) {
      double denominator =
          Math.sqrt(dot(rows[item], rows[item])) * Math.sqrt(dot(rows[other], rows[other]))
              + shrink;
      similarities[other] = denominator == 0 ? 0 : dot(rows[item], rows[other]) / denominator;
    }
    return IntStream.range(0, rows.length)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer other) -> -similarities[other])
                .thenComparing(Comparator.naturalOrder()))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int k = 0; k < left.length; k++) {
      sum += (double) left[k] * right[k];
    }
    return sum;
  }

  /** x₃ is opposite to x₀, and x₁ = 0 is 0 similar to both: better than the opposite. */
  @Test
  void anItemOfZerosIsBetterThanAnOppositeOne() {
    TrainingView data =
        new TrainingView(
            TRAIN, List.of(DenseFeatures.of("image", new float[][] {{1}, {0}, {-1}, {-2}})));
    scores(
        new ItemKnnFeatures(
            new ItemKnnFeatures.Config(2, 0, FeatureScaling.RAW), ModelInput.of(data, new Seed(1))),
        new double[] {1, 0, 0, 0},
        new double[] {1, 0, 1, 1},
        new double[] {1, 0, 1, 1});
  }

  @Test
  void asManyNeighboursAsItemsAreRefused() {
    assertThatThrownBy(() -> new ItemKnn(new ItemKnn.Config(4, null), input()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected fewer than the 4 items, got 4");
    assertThatThrownBy(
            () ->
                new ItemKnnFeatures(new ItemKnnFeatures.Config(4, 0, FeatureScaling.RAW), input()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected fewer than the 4 items, got 4");
  }
}
