package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitTest {
  @TempDir Path parent;

  private Dataset read(SplitKind kind, long seed, String header, List<String> lines)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(header));
    all.addAll(lines);
    return DatasetFolder.read(
        Folders.shop(parent, all.toArray(String[]::new)), ReadOptions.split(kind, seed));
  }

  private static List<String> user(String id, int n) {
    return IntStream.range(0, n).mapToObj(item -> id + " " + item).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 0",
    "2, 2, 0, 0",
    "3, 1, 1, 1",
    "5, 3, 1, 1",
    "9, 7, 1, 1",
    "10, 8, 1, 1",
    "14, 12, 1, 1",
    "15, 12, 1, 2",
    "20, 16, 2, 2",
    "25, 20, 2, 3",
    "99, 80, 9, 10"
  })
  void randomSplitHoldsOutByTheRule(int n, int train, int validation, int test) throws IOException {
    Dataset dataset = read(SplitKind.RANDOM, 0, "userID itemID", user("1", n));

    assertThat(dataset.train().size()).isEqualTo(train);
    assertThat(dataset.validation().size()).isEqualTo(validation);
    assertThat(dataset.test().size()).isEqualTo(test);
  }

  @Test
  void newUserShiftsNoOtherUsersSplit() throws IOException {
    List<String> lines = new ArrayList<>(user("5", 20));
    Dataset alone = read(SplitKind.RANDOM, 0, "userID itemID", lines);
    lines.addAll(0, user("1", 20));
    Dataset both = read(SplitKind.RANDOM, 0, "userID itemID", lines);

    assertThat(both.test().itemsOf(1)).isEqualTo(alone.test().itemsOf(0));
    assertThat(both.test().itemsOf(0)).isNotEqualTo(both.test().itemsOf(1));
  }

  @Test
  void otherSeedGivesAnotherSplit() throws IOException {
    Dataset zero = read(SplitKind.RANDOM, 0, "userID itemID", user("5", 40));
    Dataset one = read(SplitKind.RANDOM, 1, "userID itemID", user("5", 40));

    assertThat(one.test()).isNotEqualTo(zero.test());
    assertThat(one.split()).isEqualTo("random(seed 1)");
  }

  @Test
  void everyItemIsHeldOutEquallyOften() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int user = 0; user < 2000; user++) {
      lines.addAll(user(Integer.toString(user), 10));
    }
    Dataset dataset = read(SplitKind.RANDOM, 0, "userID itemID", lines);

    // 200 expected of each item, standard deviation 13.4
    assertThat(IntStream.of(dataset.test().itemCounts()))
        .allMatch(count -> Math.abs(count - 200) < 60);
    assertThat(IntStream.of(dataset.validation().itemCounts()))
        .allMatch(count -> Math.abs(count - 200) < 60);
  }

  @Test
  void temporalSplitCutsAtTwoPointsForAllUsers() throws IOException {
    List<String> lines =
        IntStream.range(0, 20).mapToObj(k -> "%d %d %d".formatted(k % 3, k, 100 + k)).toList();
    Dataset dataset = read(SplitKind.TEMPORAL, 0, "userID itemID timestamp", lines);

    assertThat(dataset.train().itemCounts()).startsWith(onesUpTo(16)).endsWith(new int[4]);
    assertThat(dataset.validation().itemCounts()[16]).isEqualTo(1);
    assertThat(dataset.validation().size()).isEqualTo(2);
    assertThat(dataset.test().itemCounts()).endsWith(1, 1);
    assertThat(dataset.test().size()).isEqualTo(2);
  }

  private static int[] onesUpTo(int n) {
    return IntStream.range(0, n).map(k -> 1).toArray();
  }

  @Test
  void temporalSplitNeverPartsEqualTimes() throws IOException {
    List<String> lines =
        IntStream.range(0, 20)
            .mapToObj(k -> "%d %d %d".formatted(k % 3, k, k < 10 ? 1 : 2))
            .toList();
    Dataset dataset = read(SplitKind.TEMPORAL, 0, "userID itemID timestamp", lines);

    assertThat(dataset.train().size()).isEqualTo(10);
    assertThat(dataset.test().size()).isEqualTo(10);
    List<String> oneTime = List.of("1 1 7", "1 2 7");
    assertThatThrownBy(() -> read(SplitKind.TEMPORAL, 0, "userID itemID timestamp", oneTime))
        .hasMessageEndingWith(
            "expected at least one training interaction, got none of 2 (split temporal);"
                + " use --split random or add interactions");
  }

  @Test
  void leaveOneOutHoldsOutTheLastTwo() throws IOException {
    Dataset dataset =
        read(
            SplitKind.LEAVE_ONE_OUT,
            0,
            "userID itemID timestamp",
            List.of("1 0 30", "1 1 10", "1 2 20", "1 3 5", "2 0 1", "2 1 2"));

    assertThat(dataset.test().itemsOf(0)).containsExactly(0);
    assertThat(dataset.validation().itemsOf(0)).containsExactly(2);
    assertThat(dataset.train().itemsOf(0)).containsExactly(1, 3);
    assertThat(dataset.train().itemsOf(1)).containsExactly(0, 1);
  }

  @Test
  void leaveOneOutBreaksTiesByItemAndTakesTheFirstOfRepeats() throws IOException {
    Dataset dataset =
        read(
            SplitKind.LEAVE_ONE_OUT,
            0,
            "userID itemID timestamp",
            List.of("1 2 5", "1 0 5", "1 1 5", "1 3 4", "1 3 99"));

    assertThat(dataset.test().itemsOf(0)).containsExactly(2);
    assertThat(dataset.validation().itemsOf(0)).containsExactly(1);
    assertThat(dataset.warnings()).containsExactly("1 duplicate interaction, each pair kept once");
  }
}
