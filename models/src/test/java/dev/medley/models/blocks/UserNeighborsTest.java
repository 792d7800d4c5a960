package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Neighbors;
import org.junit.jupiter.api.Test;

class UserNeighborsTest {
  static {
    Engine.start(1);
  }

  /** User 0 has items 0, 1; user 1 has 0, 1, 2; user 2 has 2, 3; user 3 has 3, which is missing. */
  private static final Interactions TRAIN =
      Interactions.ofPairs(
          4, 4, new int[] {0, 0, 1, 1, 1, 2, 2, 3}, new int[] {0, 1, 0, 1, 2, 2, 3, 3});

  private static final FeatureMatrix FEATURES =
      DenseFeatures.of("image", new float[][] {{1, 0}, {3, 0}, {0, 4}, {Float.NaN, Float.NaN}});

  @Test
  void meansLeaveOutItemsWithoutTheModality() {
    UserMeans means = new UserMeans(TRAIN, FEATURES);
    float[] row = new float[3];
    means.copyRow(1, row, 1);
    assertThat(row).containsExactly(0, 4f / 3, 4f / 3);
    means.copyRow(2, row, 1);
    assertThat(row).containsExactly(0, 0, 4);
    means.copyRow(3, row, 1);
    assertThat(row).containsExactly(0, 0, 0);
    assertThat(means.isPresent(2)).isTrue();
    assertThat(means.isPresent(3)).isFalse();
    assertThat(means.count(1)).isEqualTo(3);
    assertThat(means.count(2)).isEqualTo(1);
  }

  @Test
  void byFeaturesTheNearestMeansAreNeighbours() {
    Neighbors nearest = UserNeighbors.FEATURES.of(TRAIN, FEATURES, 2, NeighborGraphs.uncached());
    assertThat(nearest.offsets()).containsExactly(0, 2, 4, 6, 6);
    assertThat(nearest.items()).containsExactly(0, 1, 1, 0, 2, 1);
  }

  @Test
  void byCooccurrenceTheUsersWithMostItemsInCommonAreNeighbours() {
    Neighbors nearest =
        UserNeighbors.COOCCURRENCE.of(TRAIN, FEATURES, 2, NeighborGraphs.uncached());
    assertThat(nearest.offsets()).containsExactly(0, 2, 4, 6, 8);
    assertThat(nearest.items()).containsExactly(0, 1, 1, 0, 2, 1, 2, 3);
    assertThat(nearest.similarities()).containsExactly(2, 2, 3, 2, 2, 1, 1, 1);
  }

  @Test
  void moreThanAnArrayHoldsAreRefused() {
    Interactions many = Interactions.ofPairs(50_000, 4, new int[] {0}, new int[] {0});
    for (UserNeighbors kind : UserNeighbors.values()) {
      assertThatThrownBy(
              () -> kind.of(many, FEATURES, Integer.MAX_VALUE, NeighborGraphs.uncached()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "userNeighbors: expected at most 42949 for 50000 users, got " + Integer.MAX_VALUE);
    }
  }

  @Test
  void oneUserAloneHasNoNeighbours() {
    Interactions alone = Interactions.ofPairs(1, 4, new int[] {0, 0}, new int[] {0, 1});
    for (UserNeighbors kind : UserNeighbors.values()) {
      Neighbors none = kind.of(alone, FEATURES, 5, NeighborGraphs.uncached());
      assertThat(none.offsets()).containsExactly(0, 0);
      assertThat(none.items()).isEmpty();
    }
  }

  @Test
  void theirNumberIsCutToWhatExists() {
    for (UserNeighbors kind : UserNeighbors.values()) {
      Neighbors nearest = kind.of(TRAIN, FEATURES, 1000, NeighborGraphs.uncached());
      assertThat(nearest.rows()).isEqualTo(4);
      Interactions alone = Interactions.ofPairs(1, 4, new int[] {0}, new int[] {1});
      assertThat(kind.of(alone, FEATURES, 5, NeighborGraphs.uncached()).items()).isEmpty();
    }
  }
}
