package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.DenseFeatures;
import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.formats.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighborGraphsTest {
  private static final float NONE = Float.NaN;

  static {
    Engine.start(1);
  }

  @TempDir Path folder;

  private static DenseFeatures features(float[]... rows) {
    return DenseFeatures.of("image", rows);
  }

  private static int[] row(Neighbors neighbors, int item) {
    return Arrays.copyOfRange(
        neighbors.items(), neighbors.offsets()[item], neighbors.offsets()[item + 1]);
  }

  private static void same(Neighbors actual, Neighbors expected) {
    assertThat(actual.offsets()).isEqualTo(expected.offsets());
    assertThat(actual.items()).isEqualTo(expected.items());
    assertThat(actual.similarities()).isEqualTo(expected.similarities());
  }

  @Test
  void tiesGoToTheSmallerIndex() {
    Neighbors found =
        NeighborGraphs.uncached()
            .nearest(
                features(
                    new float[] {1, 0},
                    new float[] {0, 1},
                    new float[] {2, 0},
                    new float[] {0, 4},
                    new float[] {1, 0}),
                2);
    assertThat(row(found, 0)).containsExactly(0, 2);
    assertThat(row(found, 4)).containsExactly(0, 2); // itself is the third of three equals
    assertThat(row(found, 3)).containsExactly(1, 3);
    assertThat(found.similarities()).containsOnly(1f);
  }

  @Test
  void aMissingOrZeroRowHasNoNeighboursAndIsNobodys() {
    Neighbors found =
        NeighborGraphs.uncached()
            .nearest(
                features(
                    new float[] {1, 0},
                    new float[] {NONE, NONE},
                    new float[] {0, 0},
                    new float[] {-1, -1}),
                3);
    assertThat(row(found, 0)).containsExactly(0, 3);
    assertThat(row(found, 1)).isEmpty();
    assertThat(row(found, 2)).isEmpty();
    assertThat(row(found, 3)).containsExactly(3, 0);
  }

  @Test
  void equalItemsAreNeighboursInTheOrderOfTheirIndexHoweverWideTheTable() {
    int items = 1003;
    RandomStream random = new Seed(5).stream();
    float[][] rows = new float[items][384];
    List<Integer> equal = new ArrayList<>();
    for (int item = 0; item < items; item++) {
      for (int column = 0; column < rows[item].length; column++) {
        rows[item][column] = (float) random.nextGaussian();
      }
      if (item % 25 == 5) {
        rows[item] = rows[5].clone();
        equal.add(item);
      }
    }
    Neighbors neighbors = NeighborGraphs.uncached().nearest(features(rows), 10);
    for (int item : equal) {
      assertThat(Arrays.copyOfRange(neighbors.items(), 10 * item, 10 * item + 10))
          .containsExactly(equal.stream().limit(10).mapToInt(other -> other).toArray());
    }
  }

  @Test
  void asManyNeighboursAsItemsAreRefused() {
    DenseFeatures two = features(new float[] {1}, new float[] {2});
    for (int k : new int[] {0, 2, 3}) {
      assertThatThrownBy(() -> NeighborGraphs.uncached().nearest(two, k))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("neighbors: expected at least 1 and fewer than the 2 items, got " + k);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.sorted().toList();
    }
  }

  @Test
  void theCacheGivesBackWhatItKeptAndKnowsContentsApart() throws IOException {
    float[][] rows = {{1, 0}, {0.5f, 1}, {0, 1}, {1, 1}};
    NeighborGraphs graphs = NeighborGraphs.cachedIn(folder);
    Neighbors built = graphs.nearest(features(rows), 2);
    assertThat(files()).hasSize(1);
    // A graph that is built is also kept: an old file that stays old was read.
    FileTime old = FileTime.fromMillis(0);
    Files.setLastModifiedTime(files().get(0), old);
    same(graphs.nearest(features(rows), 2), built);
    assertThat(Files.getLastModifiedTime(files().get(0))).isEqualTo(old);

    graphs.nearest(features(rows), 3);
    assertThat(files()).as("another k").hasSize(2);
    rows[3][1] = Math.nextUp(1f);
    graphs.nearest(features(rows), 2);
    assertThat(files()).as("another value").hasSize(3);
    graphs.nearest(features(new float[] {1, 0}, new float[] {0.5f, 1}, new float[] {0, 0}), 2);
    graphs.nearest(
        features(new float[] {1, 0}, new float[] {0.5f, 1}, new float[] {NONE, NONE}), 2);
    assertThat(files()).as("missing and zero").hasSize(5);
  }

  private static void write(Path file, int[] offsets, int[] items, float[] similarities)
      throws IOException {
    Safetensors.write(
        file,
        Map.of(),
        List.of(
            Safetensors.Tensor.of("offsets", offsets, offsets.length),
            Safetensors.Tensor.of("items", items, items.length),
            Safetensors.Tensor.of("similarities", similarities, similarities.length)));
  }

  @Test
  void aDamagedCacheFileIsBuiltAnew() throws IOException {
    float[][] rows = {{1, 0}, {0.5f, 1}, {0, 1}, {1, 1}};
    NeighborGraphs graphs = NeighborGraphs.cachedIn(folder);
    Neighbors built = graphs.nearest(features(rows), 2);
    Path file = files().get(0);
    byte[] whole = Files.readAllBytes(file);

    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    same(graphs.nearest(features(rows), 2), built);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);

    Files.write(file, new byte[0]);
    same(graphs.nearest(features(rows), 2), built);

    int[] items = built.items().clone();
    items[0] = 4; // there is no such item
    write(file, built.offsets(), items, built.similarities());
    same(graphs.nearest(features(rows), 2), built);

    write(file, new int[] {0, 2, 1, 6, 8}, built.items(), built.similarities());
    same(graphs.nearest(features(rows), 2), built);

    write(file, new int[] {0, 8}, built.items(), built.similarities());
    same(graphs.nearest(features(rows), 2), built);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  @Test
  void aFolderThatCannotBeWrittenCostsTheCacheOnly() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Neighbors found =
        NeighborGraphs.cachedIn(file).nearest(features(new float[] {1, 0}, new float[] {0, 1}), 1);
    assertThat(found.items()).containsExactly(0, 1);
  }
}
