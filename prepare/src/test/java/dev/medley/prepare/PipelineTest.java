package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.drops;
import static dev.medley.prepare.Fixtures.labelled;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.pairs;
import static dev.medley.prepare.Fixtures.prepare;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.data.DatasetFolder;
import dev.medley.data.ReadOptions;
import dev.medley.data.SplitKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done with the interactions of any source. */
class PipelineTest {
  private static final List<String> MADE = made();

  @TempDir Path folder;
  private Path table = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void write() throws IOException {
    table = folder.resolve("i.csv");
    out = folder.resolve("shop");
    lines(table, MADE.toArray(String[]::new));
  }

  /** Some 700 interactions of 60 users and 50 items, the first ones popular; some stand twice. */
  private static List<String> made() {
    RandomStream random = new Seed(3).child("made").stream();
    List<String> lines = new ArrayList<>(List.of("user,item,rating,time"));
    for (int k = 0; k < 700; k++) {
      int user = (int) (60 * random.nextDouble() * random.nextDouble());
      int item = (int) (50 * random.nextDouble() * random.nextDouble());
      lines.add("u%d,i%d,%d,%d".formatted(user, item, 1 + random.nextInt(5), random.nextInt(500)));
    }
    return lines;
  }

  private CsvSource source() {
    return new CsvSource(
        table,
        new CsvSource.InteractionColumns("user", "item", "rating", "time"),
        null,
        null,
        null);
  }

  private static PrepareOptions options(
      int k,
      SplitKind split,
      OptionalDouble minRating,
      @Nullable String since,
      @Nullable String until) {
    return new PrepareOptions(OptionalInt.of(k), split, 5, minRating, since, until, 128, 1);
  }

  /** The k-core by its definition. */
  private static SortedSet<String> core(SortedSet<String> pairs, int k) {
    TreeSet<String> left = new TreeSet<>(pairs);
    boolean changed = true;
    while (changed) {
      Map<String, Integer> counts = new HashMap<>();
      for (String pair : left) {
        for (String id : pair.split(" ", -1)) {
          counts.merge(id, 1, Integer::sum);
        }
      }
      changed =
          left.removeIf(
              pair ->
                  counts.getOrDefault(pair.split(" ", -1)[0], 0) < k
                      || counts.getOrDefault(pair.split(" ", -1)[1], 0) < k);
    }
    return left;
  }

  private static SortedSet<String> distinct(List<String> lines) {
    TreeSet<String> pairs = new TreeSet<>();
    for (String line : lines.subList(1, lines.size())) {
      pairs.add(line.split(",", -1)[0] + " " + line.split(",", -1)[1]);
    }
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 8})
  void coreIsThatOfTheDefinition(int k) throws IOException {
    Funnel funnel = prepare(source(), PrepareOptions.DEFAULT.withKCore(k), out);
    assertThat(pairs(out)).isEqualTo(core(distinct(MADE), k));
    if (k == 8) {
      Funnel.Stage stage = funnel.stages().get(funnel.stages().size() - 1);
      assertThat(stage.name()).isEqualTo("8-core");
      assertThat(stage.note()).as("more than one round").doesNotStartWith("1 ");
    }
  }

  @Test
  void earliestOfAPairStays() throws IOException {
    prepare(source(), PrepareOptions.DEFAULT.withKCore(1), out);
    Map<String, Integer> earliest = new HashMap<>();
    for (String line : MADE.subList(1, MADE.size())) {
      String[] fields = line.split(",", -1);
      earliest.merge(fields[0] + " " + fields[1], Integer.parseInt(fields[3]), Math::min);
    }
    List<String> written = Files.readAllLines(out.resolve("shop.inter"));
    for (String line : written.subList(1, written.size())) {
      String[] fields = line.split("\t", -1);
      assertThat(fields[3]).isEqualTo(String.valueOf(earliest.get(fields[0] + " " + fields[1])));
    }
    assertThat(written).hasSize(earliest.size() + 1);
  }

  @Test
  void ofEqualTimesTheFirstLineStays() throws IOException {
    lines(table, "user,item,rating,time", "a,x,1,7", "a,x,2,7", "b,x,3,", "b,x,4,");
    prepare(source(), PrepareOptions.DEFAULT.withKCore(1), out);
    assertThat(Fixtures.interactions(out))
        .containsExactly("userID\titemID\trating\ttimestamp", "a\tx\t1\t7", "b\tx\t3\t");
  }

  @ParameterizedTest
  @EnumSource(
      value = SplitKind.class,
      names = {"RANDOM", "TEMPORAL", "LEAVE_ONE_OUT"})
  void splitIsThatOfReadingTheFolderSo(SplitKind kind) throws IOException {
    prepare(source(), options(2, kind, OptionalDouble.empty(), null, null), out);
    Path bare = folder.resolve("bare");
    Files.createDirectory(bare);
    lines(bare.resolve("bare.inter"), Fixtures.interactions(out).toArray(String[]::new));
    var read = DatasetFolder.read(bare, ReadOptions.split(kind, 5));
    var sealed = DatasetFolder.read(out);
    assertThat(sealed.split()).isEqualTo("x_label");
    assertThat(sealed.test().size()).isPositive().isEqualTo(read.test().size());
    for (int user = 0; user < sealed.users().size(); user++) {
      assertThat(sealed.test().itemsOf(user)).isEqualTo(read.test().itemsOf(user));
      assertThat(sealed.validation().itemsOf(user)).isEqualTo(read.validation().itemsOf(user));
    }
  }

  @Test
  void orderOfLinesDecidesNothing() throws IOException {
    prepare(source(), PrepareOptions.DEFAULT.withKCore(3), out);
    List<String> shuffled = new ArrayList<>(MADE.subList(1, MADE.size()));
    Collections.reverse(shuffled);
    shuffled.add(0, MADE.get(0));
    lines(table, shuffled.toArray(String[]::new));
    Path other = folder.resolve("other");
    prepare(source(), PrepareOptions.DEFAULT.withKCore(3), other);
    assertThat(labelled(other)).isEqualTo(labelled(out));
    assertThat(other.resolve("items.tsv")).hasSameTextualContentAs(out.resolve("items.tsv"));
  }

  @Test
  void thresholdAndWindowLeaveOut() throws IOException {
    lines(
        table,
        "user,item,rating,time",
        "a,x,4,2014-01-01",
        "a,y,3.5,2014-01-02",
        "a,z,,2014-01-02",
        "b,x,5,2014-01-03",
        "b,y,5,",
        "b,z,5,2014-01-02T23:59:59");
    Funnel funnel =
        prepare(
            source(),
            options(
                1, SplitKind.SHIPPED, OptionalDouble.of(4), "2014-01-01T00:00:01", "2014-01-03"),
            out);
    assertThat(pairs(out)).containsExactly("b z");
    assertThat(out.resolve("dataset.json"))
        .content()
        .contains("csv i.csv; deduplicated; rating ≥ 4; time window; split random(seed 5)");
    assertThat(drops(funnel))
        .containsExactly(
            "rating ≥ 4: 1 without a rating",
            "rating ≥ 4: 1 ratings below 4",
            "time window: 1 without a timestamp",
            "time window: 1 before 2014-01-01T00:00:01",
            "time window: 1 at or after 2014-01-03");
  }

  @Test
  void datesFollowTheUnitOfTheTimes() throws IOException {
    lines(table, "user,item,rating,time", "a,x,1,1388534400000", "b,x,1,1388620800000");
    prepare(
        source(), options(1, SplitKind.SHIPPED, OptionalDouble.empty(), "2014-01-02", null), out);
    assertThat(pairs(out)).containsExactly("b x");
  }

  @Test
  void oneStrayTimeDoesNotDecideTheUnit() throws IOException {
    lines(
        table,
        "user,item,rating,time",
        "a,x,1,1388534400",
        "b,x,1,1388620800",
        "c,x,1,1388620801",
        "d,x,1,1388620800000");
    prepare(
        source(), options(1, SplitKind.SHIPPED, OptionalDouble.empty(), "2014-01-02", null), out);
    assertThat(pairs(out)).containsExactly("b x", "c x", "d x");
  }

  @Test
  void neighbourOfAnyNameIsNoHindrance() throws IOException {
    lines(Files.createDirectory(folder.resolve("shop.work")).resolve("note.txt"), "mine");
    prepare(source(), out);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(table, out, folder.resolve("shop.work"));
    }
    try (var files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("shop.inter", "items.tsv", "dataset.json");
    }
  }

  @Test
  void funnelTellsEveryStage() throws IOException {
    Funnel funnel = prepare(source(), PrepareOptions.DEFAULT.withKCore(5), out);
    assertThat(funnel.stages().stream().map(Funnel.Stage::name))
        .containsExactly("read", "valid", "deduplicated", "5-core");
    int left = core(distinct(MADE), 5).size();
    assertThat(funnel.stages().get(3).interactions()).isEqualTo(left);
    assertThat(funnel.parts().train() + funnel.parts().validation() + funnel.parts().test())
        .isEqualTo(left);
    long dropped =
        funnel.drops().stream()
            .filter(drop -> !drop.stage().equals("items"))
            .mapToLong(Funnel.Drop::count)
            .sum();
    assertThat(funnel.stages().get(0).interactions() - dropped).isEqualTo(left);
    assertThat(funnel.toText())
        .startsWith("                           interactions        users        items\nread")
        .contains("split random(seed 0)");
  }

  @Test
  void coreOfNothingIsRefusedAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> prepare(source(), PrepareOptions.DEFAULT.withKCore(40), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--k-core 40: expected interactions to be left, got none of %d; lower it; 0 keeps everything"
                .formatted(distinct(MADE).size()));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(table);
    }
  }

  @Test
  void splitByTimeNeedsTimes() {
    CsvSource untimed =
        new CsvSource(
            table, new CsvSource.InteractionColumns("user", "item", null, null), null, null, null);
    assertThatThrownBy(
            () ->
                prepare(
                    untimed,
                    options(1, SplitKind.TEMPORAL, OptionalDouble.empty(), null, null),
                    out))
        .hasMessage(
            "--split temporal: expected interactions with timestamps, got none; use --split random");
    assertThatThrownBy(
            () ->
                prepare(
                    untimed, options(1, SplitKind.SHIPPED, OptionalDouble.of(3), null, null), out))
        .hasMessage(
            "--min-rating: expected interactions with ratings, got none; leave the option out");
  }

  @Test
  void existingFolderIsRefused() throws IOException {
    Files.createDirectory(out);
    lines(out.resolve("note.txt"), "mine");
    assertThatThrownBy(() -> prepare(source(), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a new or empty folder, got one with files");
    assertThat(out.resolve("note.txt")).hasContent("mine");
  }
}
