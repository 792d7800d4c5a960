package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import org.junit.jupiter.api.Test;

class DegreeSensitivePruningTest {
  /** Degrees of users 4, 1, 2; of items 3, 1, 1, 1, 1. */
  private static final Interactions TRAIN =
      Interactions.ofPairs(3, 5, new int[] {0, 0, 0, 0, 1, 2, 2}, new int[] {0, 1, 2, 3, 0, 0, 4});

  /** The probability of each edge to be drawn first. */
  private static double[] first() {
    double[] weights = new double[TRAIN.size()];
    int[] users = TRAIN.userOfEach();
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      int item = TRAIN.columns()[k];
      weights[k] = 1 / Math.sqrt((double) TRAIN.count(users[k]) * TRAIN.itemCounts()[item]);
      sum += weights[k];
    }
    for (int k = 0; k < weights.length; k++) {
      weights[k] /= sum;
    }
    return weights;
  }

  private static int[] kept(double dropout, int draws) {
    int[] counts = new int[TRAIN.size()];
    int[] users = TRAIN.userOfEach();
    RandomStream random = new Seed(1).stream();
    for (int draw = 0; draw < draws; draw++) {
      Interactions kept = DegreeSensitivePruning.keep(TRAIN, dropout, random);
      for (int k = 0; k < counts.length; k++) {
        counts[k] += kept.contains(users[k], TRAIN.columns()[k]) ? 1 : 0;
      }
    }
    return counts;
  }

  /** Five standard deviations. */
  private static void near(int count, double probability, int draws) {
    double slack = 5 * Math.sqrt(draws * probability * (1 - probability));
    assertThat(Math.abs(count - draws * probability)).isLessThan(slack);
  }

  @Test
  void oneKeptEdgeIsDrawnInProportionToTheRootsOfTheDegrees() {
    int[] counts = kept(0.86, 40_000); // ⌊0.14 · 7⌋ is 0, and one is always kept
    double[] first = first();
    for (int k = 0; k < counts.length; k++) {
      near(counts[k], first[k], 40_000);
    }
  }

  @Test
  void twoKeptEdgesAreDrawnOneAfterTheOther() {
    int[] counts = kept(0.7, 40_000); // ⌊0.3 · 7⌋ = 2
    double[] first = first();
    for (int k = 0; k < counts.length; k++) {
      double inclusion = first[k];
      for (int other = 0; other < counts.length; other++) {
        inclusion += other == k ? 0 : first[other] * first[k] / (1 - first[other]);
      }
      near(counts[k], inclusion, 40_000);
    }
  }

  @Test
  void theShareThatIsLeftIsRoundedDownAndComesFromTheTrainingSet() {
    RandomStream pairs = new Seed(3).stream();
    int[] users = new int[500];
    int[] items = new int[500];
    for (int k = 0; k < users.length; k++) {
      users[k] = pairs.nextInt(40);
      items[k] = pairs.nextInt(60);
    }
    Interactions train = Interactions.ofPairs(40, 60, users, items);
    for (double dropout : new double[] {0, 0.1, 0.5, 0.75, 0.8, 0.99}) {
      Interactions kept = DegreeSensitivePruning.keep(train, dropout, new Seed(4).stream());
      assertThat(kept.size()).isEqualTo((int) Math.floor(train.size() * (1 - dropout)));
      assertThat(kept.users()).isEqualTo(40);
      assertThat(kept.items()).isEqualTo(60);
      for (int user = 0; user < 40; user++) {
        for (int item : kept.itemsOf(user)) {
          assertThat(train.contains(user, item)).isTrue();
        }
      }
      assertThat(DegreeSensitivePruning.keep(train, dropout, new Seed(4).stream())).isEqualTo(kept);
    }
    assertThat(DegreeSensitivePruning.keep(train, 0.5, new Seed(5).stream()))
        .isNotEqualTo(DegreeSensitivePruning.keep(train, 0.5, new Seed(4).stream()));
  }
}
