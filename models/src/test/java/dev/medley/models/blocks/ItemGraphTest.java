package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.engine.Engine;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ItemGraphTest {
  static {
    Engine.start(1);
  }

  /** Every item has two: itself and the next; item 3 of the second graph is missing. */
  private static final Neighbors ALL =
      new Neighbors(
          new int[] {0, 2, 4, 6, 8},
          new int[] {0, 1, 1, 2, 2, 3, 3, 0},
          new float[] {1, .5f, 1, .25f, 1, -.5f, 1, .5f});

  private static final Neighbors PART =
      new Neighbors(
          new int[] {0, 2, 4, 5, 5}, new int[] {0, 1, 1, 0, 2}, new float[] {1, .8f, 1, .8f, 1});

  private static float[] dense(List<Neighbors> graphs, double[] weights, ItemGraph.Edges edges) {
    long before = Scope.liveHandles();
    float[] values;
    try (ItemGraph graph = ItemGraph.of(graphs, weights, edges);
        Scope scope = Scope.open()) {
      Tensor identity = torch.eye(4);
      values = Tensors.toFloats(graph.times(identity));
      assertThat(Tensors.toFloats(graph.transposedTimes(identity).t())).isEqualTo(values);
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
    return values;
  }

  private static void close(float[] actual, double... expected) {
    assertThat(actual).hasSize(expected.length);
    for (int k = 0; k < expected.length; k++) {
      assertThat((double) actual[k]).as("entry %d", k).isCloseTo(expected[k], Offset.offset(1e-6));
    }
  }

  @Test
  void edgesOfOneBecomeOneOverKAfterNormalising() {
    close(
        dense(List.of(ALL), new double[] {1}, ItemGraph.Edges.ONE),
        .5,
        .5,
        0,
        0,
        0,
        .5,
        .5,
        0,
        0,
        0,
        .5,
        .5,
        .5,
        0,
        0,
        .5);
  }

  @Test
  void modalitiesAddUpWithTheirWeightsAndAMissingItemHasNone() {
    close(
        dense(List.of(ALL, PART), new double[] {.1, .9}, ItemGraph.Edges.ONE),
        .05 + .45,
        .05 + .45,
        0,
        0,
        .45,
        .05 + .45,
        .05,
        0,
        0,
        0,
        .05 + .9,
        .05,
        .05,
        0,
        0,
        .05);
  }

  /** Row sums 1.5, 1.25, 1, 1.5: the negative cosine counts as 0. */
  @Test
  void cosinesAreNormalisedByTheRootsOfBothRowSums() {
    close(
        dense(List.of(ALL), new double[] {1}, ItemGraph.Edges.COSINE),
        1 / 1.5,
        .5 / Math.sqrt(1.5 * 1.25),
        0,
        0,
        0,
        1 / 1.25,
        .25 / Math.sqrt(1.25),
        0,
        0,
        0,
        1,
        0,
        .5 / 1.5,
        0,
        0,
        1 / 1.5);
  }

  @Test
  void aGraphWithoutAnyEdgeGivesZeros() {
    Neighbors none = new Neighbors(new int[5], new int[0], new float[0]);
    close(dense(List.of(none), new double[] {1}, ItemGraph.Edges.ONE), new double[16]);
  }
}
