package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class UserItemGraphTest {
  static {
    Engine.start(1);
  }

  /** User 0 has items 0 and 1, user 1 has item 1; nobody has item 2. */
  private static final Interactions TRAIN =
      Interactions.ofPairs(2, 3, new int[] {0, 0, 1}, new int[] {0, 1, 1});

  private static float[] times(UserItemGraph graph) {
    try (graph;
        Scope scope = Scope.open()) {
      Tensor x = Tensors.of(new float[] {1, 10, 100, 300, 1000}, 5, 1);
      return Tensors.toFloats(graph.times(x));
    }
  }

  @Test
  void aNodeGetsTheMeanOfItsNeighbours() {
    long start = Scope.liveHandles();
    assertThat(times(UserItemGraph.ofNeighborMeans(TRAIN))).containsExactly(200, 300, 1, 5.5f, 0);
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  @Test
  void orTheMeanOfItselfAndItsNeighbours() {
    long start = Scope.liveHandles();
    assertThat(times(UserItemGraph.averaging(TRAIN)))
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(401 / 3f, 155, 50.5f, 311 / 3f, 1000);
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }
}
