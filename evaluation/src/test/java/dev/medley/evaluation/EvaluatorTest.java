package dev.medley.evaluation;

import static dev.medley.evaluation.Tables.interactions;
import static dev.medley.evaluation.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.DenseFeatures;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final float NAN = Float.NaN;

  @Test
  void heldOutItemOfAPerfectScorerRanksFirst() {
    Interactions train = interactions(60, row(0, 1), row(5));
    Interactions heldOut = interactions(60, row(40), row(50, 51));
    float[][] scores = new float[2][60];
    scores[0][40] = 1;
    scores[1][50] = 1;
    scores[1][51] = 2;
    scores[1][5] = 3; // a training item: masked

    Map<String, Double> metrics =
        Evaluator.builder(train, heldOut).build().accuracy(new MatrixScorer(60, scores));

    assertThat(metrics)
        .containsEntry("recall@5", 1.0)
        .containsEntry("ndcg@20", 1.0)
        .containsEntry("map@50", 1.0)
        .containsEntry("mrr@10", 1.0)
        .containsEntry("precision@5", (1 / 5.0 + 2 / 5.0) / 2);
  }

  @Test
  void constantScorerGetsWhatItemOrderGives() {
    Interactions train = interactions(100, row(0, 1), row(2), row(3));
    // Ranks: items 2, 3, 4, … for user 0; 0, 1, 3, 4, … for user 1; 0, 1, 2, 4, … for user 2.
    Interactions heldOut = interactions(100, row(2, 99), row(7), row(4));

    Map<String, Double> metrics =
        Evaluator.builder(train, heldOut)
            .build()
            .accuracy(new MatrixScorer(100, new float[3][100]));

    assertThat(metrics.get("recall@5")).isCloseTo((0.5 + 0 + 1) / 3, within(1e-15));
    assertThat(metrics.get("recall@10")).isCloseTo((0.5 + 1 + 1) / 3, within(1e-15));
    assertThat(metrics.get("mrr@50")).isCloseTo((1 + 1.0 / 7 + 1.0 / 4) / 3, within(1e-15));
  }

  @Test
  void usersWithoutTrainingAreLeftOutAndCounted() {
    Interactions train = interactions(9, row(0), row(), row(1), row());
    Interactions heldOut = interactions(9, row(2), row(3), row(), row(4));
    Evaluator evaluator = Evaluator.builder(train, heldOut).build();

    EvaluationResult result = evaluator.evaluate(new MatrixScorer(9, new float[4][9]));

    assertThat(evaluator.users()).containsExactly(0);
    assertThat(evaluator.usersWithoutTraining()).isEqualTo(2);
    assertThat(result.users()).isEqualTo(1);
    assertThat(result.usersWithoutTraining()).isEqualTo(2);
  }

  @Test
  void nobodyToEvaluateLeavesEveryMetricUndefined() {
    Interactions none = Interactions.empty(3, 9);
    EvaluationResult result =
        Evaluator.builder(none, none).build().evaluate(new MatrixScorer(9, new float[3][9]));

    assertThat(result.metrics().values()).containsOnly(Double.NaN);
  }

  @Test
  void keysStandInProtocolOrder() {
    EvaluationResult result = random(8, 60, 1).evaluator().evaluate(random(8, 60, 1).scorer());

    List<String> expected = new ArrayList<>();
    for (String name :
        "recall ndcg precision hitrate map mrr coverage gini arp novelty diversity"
            .split(" ", -1)) {
      for (int k : new int[] {5, 10, 20, 50}) {
        expected.add(name + "@" + k);
      }
    }
    assertThat(result.metrics().keySet()).containsExactlyElementsOf(expected);
    assertThat(result.perUser().columns()).isEqualTo(expected.subList(0, 24));
    assertThat(result.metric("diversity@5")).isNaN();
    assertThat(result.undefined()).containsEntry("diversity@5", result.users());
    assertThat(result.slices()).isEmpty();
  }

  @Test
  void validationItemsAreMaskedOnlyWhenAskedFor() {
    Interactions train = interactions(9, row(0, 4));
    Interactions validation = interactions(9, row(1, 4));
    Interactions test = interactions(9, row(2));
    Scorer constant = new MatrixScorer(9, new float[1][9]);

    Evaluator masked = Evaluator.builder(train, test).alsoMask(validation).cutoffs(1).build();
    Evaluator unmasked = Evaluator.builder(train, test).cutoffs(1).build();
    Evaluator flawed = Evaluator.builder(train, train).maskNothing().cutoffs(1).build();

    assertThat(masked.accuracy(constant)).containsEntry("hitrate@1", 1.0);
    assertThat(unmasked.accuracy(constant)).containsEntry("hitrate@1", 0.0);
    assertThat(flawed.accuracy(constant)).containsEntry("hitrate@1", 1.0);
  }

  @Test
  void everythingMaskedFindsNothingAndHasNoPopularity() {
    Interactions train = interactions(3, row(0, 1), row(0, 1, 2));
    Interactions heldOut = interactions(3, row(2), row(2));

    EvaluationResult result =
        Evaluator.builder(train, heldOut).build().evaluate(new MatrixScorer(3, new float[2][3]));

    assertThat(result.metrics())
        .containsEntry("recall@5", 0.5)
        .containsEntry("precision@5", (1.0 / 3 + 0) / 2) // K = I = 3
        .containsEntry("arp@5", 1.0);
    assertThat(result.undefined()).containsEntry("arp@5", 1).containsEntry("novelty@50", 1);
  }

  @Test
  void nonFiniteScoreNamesModelUserAndItem() {
    Interactions train = interactions(3, row(0), row(0), row(0));
    Interactions heldOut = interactions(3, row(1), row(1), row(1));
    Ids users = Ids.of("user", List.of("ann", "bob", "cem"));
    Ids items = Ids.of("item", List.of("hat", "pen", "cup"));
    Scorer diverged =
        new MatrixScorer(3, new float[][] {{NAN, 1, 1}, {1, 1, NAN}, {1, -1 / 0f, 1}});
    for (int threads = 1; threads <= 3; threads++) {
      Evaluator.Builder builder = Evaluator.builder(train, heldOut).model("bpr").threads(threads);

      assertThatThrownBy(() -> builder.build().accuracy(diverged))
          .isInstanceOf(NonFiniteScoreException.class)
          .hasMessageStartingWith(
              "scores of model bpr: expected finite numbers, got NaN for user number 1 and item number 2; ");
      assertThatThrownBy(() -> builder.ids(users, items).build().evaluate(diverged))
          .hasMessageStartingWith(
              "scores of model bpr: expected finite numbers, got NaN for user 'bob' and item 'cup'; ");
    }
  }

  @Test
  void rowsThatAScorerLeavesUnwrittenAreAnError() {
    Small small = random(8, 60, 1);
    Evaluator evaluator = small.evaluator();
    evaluator.accuracy(small.scorer());
    Scorer lazy =
        new Scorer() {
          @Override
          public int users() {
            return 8;
          }

          @Override
          public int items() {
            return 60;
          }

          @Override
          public void score(int[] users, float[] out) {}
        };

    assertThatThrownBy(() -> evaluator.accuracy(lazy)).isInstanceOf(NonFiniteScoreException.class);
  }

  @Test
  void scorerOfAnotherShapeIsRefused() {
    assertThatThrownBy(
            () -> random(8, 60, 1).evaluator().accuracy(new MatrixScorer(9, new float[8][9])))
        .hasMessage("scores of model (unnamed): expected 8 users × 60 items, got 8 × 9");
  }

  @Test
  void threadsAndBlocksChangeNothing() {
    Small wide = random(900, 5_000, 3); // three blocks
    EvaluationResult alone = wide.builder().withSlices().build().evaluate(wide.scorer());
    for (int threads : new int[] {2, 3, 7}) {
      EvaluationResult shared =
          wide.builder().withSlices().threads(threads).build().evaluate(wide.scorer());

      assertThat(shared.metrics()).isEqualTo(alone.metrics());
      assertThat(shared.perUser().values()).containsExactly(alone.perUser().values());
      assertThat(shared.slices()).isEqualTo(alone.slices());
    }
    for (int row = 0; row < alone.users(); row += 97) {
      int user = alone.perUser().users()[row];
      List<Integer> ranking =
          Textbook.ranking(wide.scores[user], Tables.boxed(wide.train.itemsOf(user)));
      assertThat(alone.perUser().column("ndcg@20")[row])
          .isCloseTo(
              Textbook.metric("ndcg", 20, ranking, Tables.boxed(wide.heldOut.itemsOf(user))),
              within(1e-12));
    }
  }

  @Test
  void reusedBuffersCarryNothingOver() {
    Small first = random(50, 80, 4);
    Small second = new Small(first.train, first.heldOut, random(50, 80, 5).scores);
    Evaluator evaluator = first.evaluator();

    EvaluationResult before = evaluator.evaluate(first.scorer());
    double[] kept = before.perUser().values().clone();
    Map<String, Double> after = evaluator.accuracy(second.scorer());

    assertThat(after).isEqualTo(second.evaluator().accuracy(second.scorer()));
    assertThat(before.perUser().values()).containsExactly(kept);
    assertThat(evaluator.accuracy(first.scorer()))
        .allSatisfy((key, value) -> assertThat(value).isEqualTo(before.metrics().get(key)));
  }

  static Small random(int users, int items, long seed) {
    RandomStream random = new Seed(seed).stream();
    int[][] train = new int[users][];
    int[][] heldOut = new int[users][];
    float[][] scores = new float[users][items];
    for (int user = 0; user < users; user++) {
      int[] order = new int[items];
      for (int item = 0; item < items; item++) {
        order[item] = item;
        scores[user][item] = (float) random.nextGaussian();
      }
      random.shuffle(order);
      int n = 1 + random.nextInt(8);
      train[user] = Arrays.copyOf(order, n);
      heldOut[user] = Arrays.copyOfRange(order, n, n + 1 + random.nextInt(3));
      for (int item : heldOut[user]) {
        scores[user][item] += 1;
      }
    }
    return new Small(interactions(items, train), interactions(items, heldOut), scores);
  }

  static final class Small {
    final Interactions train;
    final Interactions heldOut;
    final float[][] scores;

    Small(Interactions train, Interactions heldOut, float[][] scores) {
      this.train = train;
      this.heldOut = heldOut;
      this.scores = scores;
    }

    Evaluator.Builder builder() {
      float[][] features = new float[train.items()][3];
      for (int item = 0; item < features.length; item++) {
        features[item] = new float[] {item % 7, 1, item % 3};
      }
      return Evaluator.builder(train, heldOut)
          .features(List.of(DenseFeatures.of("text", features)));
    }

    Evaluator evaluator() {
      return Evaluator.builder(train, heldOut).build();
    }

    Scorer scorer() {
      return new MatrixScorer(train.items(), scores);
    }
  }
}
