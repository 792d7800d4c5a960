package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LargestOfRowsTest {

  /** What a full sort keeps; whole numbers from −3 to 3, so that many are equal and some zero. */
  @Property(tries = 200)
  void theLargestOfEachRowAreKeptAndOfEqualOnesTheFirst(
      @ForAll @IntRange(min = 1, max = 12) int items,
      @ForAll @IntRange(min = 1, max = 14) int width,
      @ForAll long seed) {
    RandomStream random = new Seed(seed).stream();
    float[][] matrix = new float[items][items];
    for (float[] row : matrix) {
      for (int column = 0; column < items; column++) {
        row[column] = random.nextInt(7) - 3f;
      }
    }
    LargestOfRows rows = new LargestOfRows(items, width);
    for (int column = 0; column < items; column++) {
      for (int row = 0; row < items; row++) {
        rows.offer(row, column, matrix[row][column]);
      }
    }
    ItemNeighbors kept = rows.toScorer(Interactions.empty(1, items));
    for (int row = 0; row < items; row++) {
      float[] all = matrix[row];
      List<Integer> expected =
          IntStream.range(0, items)
              .filter(column -> all[column] != 0)
              .boxed()
              .sorted(
                  Comparator.comparingDouble((Integer column) -> -Math.abs(all[column]))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(width)
              .sorted()
              .toList();
      List<Integer> columns = new ArrayList<>();
      for (int k = kept.offsets()[row]; k < kept.offsets()[row + 1]; k++) {
        columns.add(kept.neighbors()[k]);
        assertThat(kept.similarities()[k]).isEqualTo(all[kept.neighbors()[k]]);
      }
      assertThat(columns).as("row %d", row).isEqualTo(expected);
    }
  }
}
