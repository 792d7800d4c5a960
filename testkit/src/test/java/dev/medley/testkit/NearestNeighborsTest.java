package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.DenseFeatures;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Scope;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NearestNeighborsTest {
  static {
    Engine.start(1);
  }

  private static void mustAgree(float[][] rows, int k) {
    DenseFeatures features = DenseFeatures.of("image", rows);
    Neighbors found = NeighborGraphs.uncached().nearest(features, k);
    Neighbors literal = LiteralKnn.nearest(features, k);
    assertThat(found.offsets()).isEqualTo(literal.offsets());
    assertThat(found.items()).isEqualTo(literal.items());
    for (int n = 0; n < found.similarities().length; n++) {
      assertThat(found.similarities()[n])
          .isCloseTo(literal.similarities()[n], Offset.offset(1e-5f));
    }
  }

  @Test
  void neighboursAreThoseOfADenseTableAndASort() {
    long before = Scope.liveHandles();
    RandomStream random = new Seed(1).stream();
    float[][] rows = new float[300][17];
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    Arrays.fill(rows[7], Float.NaN);
    Arrays.fill(rows[299], Float.NaN);
    Arrays.fill(rows[100], 0);
    for (int k : new int[] {1, 10, 299}) {
      mustAgree(rows, k);
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void equalRowsAreOrderedByIndexAsInTheDenseTable() {
    RandomStream random = new Seed(2).stream();
    float[][] rows = new float[200][];
    for (int item = 0; item < rows.length; item++) {
      // Eight directions, each of some twenty-five items, with entries that are exact in float32.
      rows[item] = new float[3];
      rows[item][random.nextInt(3)] = random.nextInt(2) == 0 ? 1 : -1;
    }
    mustAgree(rows, 5);
    mustAgree(rows, 60);
  }

  @Test
  void moreItemsThanFitOneBlockGiveTheSame() {
    RandomStream random = new Seed(3).stream();
    float[][] rows = new float[2100][3]; // 2,100² > 4 Mi, so two blocks
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = random.nextInt(2001) - 1000;
      }
    }
    DenseFeatures features = DenseFeatures.of("image", rows);
    Neighbors found = NeighborGraphs.uncached().nearest(features, 3);
    Neighbors literal = LiteralKnn.nearest(features, 3);
    assertThat(found.offsets()).isEqualTo(literal.offsets());
    // In three dimensions some of 2,100 directions nearly coincide; their order is float32's.
    int different = 0;
    for (int n = 0; n < found.items().length; n++) {
      different += found.items()[n] == literal.items()[n] ? 0 : 1;
      assertThat(found.similarities()[n])
          .isCloseTo(literal.similarities()[n], Offset.offset(1e-6f));
    }
    assertThat(different).isLessThan(found.items().length / 100);
  }
}
