package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final List<String> LOSSES = List.of("bpr", "reconstruction");
  private static final List<String> METRICS = List.of("recall@20", "ndcg@20");

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("history.csv");
  }

  @Test
  void rowsStandAsTheyHappenedWithFullPrecisionAndEmptyCells() throws IOException {
    History history = History.create(file, LOSSES, METRICS);
    assertThat(file).hasContent("phase,epoch,bpr,reconstruction,recall@20,ndcg@20,seconds\n");
    history.append(
        new History.Row(
            "pairs", 1, Map.of("bpr", 1.0 / 3), Map.of("recall@20", 0.1, "ndcg@20", 5e-5), 1.25));
    history.append(
        new History.Row(
            "rows",
            null,
            Map.of("reconstruction", 2.0),
            Map.of("recall@20", Double.NaN, "ndcg@20", 0.0),
            0.5));
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            phase,epoch,bpr,reconstruction,recall@20,ndcg@20,seconds
            pairs,1,0.3333333333333333,,0.1,5.0E-5,1.25
            rows,,,2.0,,0.0,0.5
            """);
    assertThat(History.read(file))
        .containsExactly(
            new History.Row(
                "pairs",
                1,
                Map.of("bpr", 1.0 / 3),
                Map.of("recall@20", 0.1, "ndcg@20", 5e-5),
                1.25),
            new History.Row(
                "rows", null, Map.of("reconstruction", 2.0), Map.of("ndcg@20", 0.0), 0.5));
  }

  @Test
  void cutBackAndContinuedItEqualsAnUninterruptedOne() throws IOException {
    History whole = History.create(folder.resolve("whole.csv"), LOSSES, METRICS);
    for (int epoch = 1; epoch <= 4; epoch++) {
      whole.append(Examples.row(epoch));
    }
    History first = History.create(file, LOSSES, METRICS);
    first.append(Examples.row(1));
    first.append(Examples.row(2));
    long checkpointed = first.length();
    first.append(Examples.row(3));
    Files.writeString(file, "pairs,4,0.1", StandardOpenOption.APPEND); // killed within a row

    History second = History.resume(file, LOSSES, METRICS, checkpointed);
    assertThat(second.length()).isEqualTo(checkpointed);
    second.append(Examples.row(3));
    second.append(Examples.row(4));
    assertThat(file).hasSameBinaryContentAs(folder.resolve("whole.csv"));
  }

  @Test
  void beginningAgainForgetsTheRowsBefore() throws IOException {
    History.create(file, LOSSES, METRICS).append(Examples.row(1));
    History.create(file, LOSSES, METRICS);
    assertThat(History.read(file)).isEmpty();
  }

  @Test
  void historyThatLostRowsOrHasOtherColumnsCannotBeContinued() throws IOException {
    History history = History.create(file, LOSSES, METRICS);
    long length = history.length();
    assertThatThrownBy(() -> History.resume(file, LOSSES, METRICS, length + 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "%s: expected at least the %d bytes of the checkpoint, got %d; delete the run and train it again"
                .formatted(file, length + 1, length));
    assertThatThrownBy(() -> History.resume(file, List.of("l2", "reconstruction"), METRICS, length))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            file
                + ", line 1: expected phase,epoch,l2,reconstruction,recall@20,ndcg@20,seconds, got");
  }

  @Test
  void rowWithoutAColumnIsAnError() throws IOException {
    History history = History.create(file, LOSSES, METRICS);
    long before = history.length();
    assertThatThrownBy(
            () -> history.append(new History.Row("p", 1, Map.of("l2", 1.0), Map.of(), 0)))
        .hasMessage("history: expected one of [bpr, reconstruction], got 'l2'");
    assertThatThrownBy(() -> history.append(new History.Row("a,b", 1, Map.of(), Map.of(), 0)))
        .hasMessage("phase: expected a plain name, got 'a,b'");
    assertThat(history.length()).isEqualTo(before);
    assertThatThrownBy(() -> History.create(file, List.of("a@b"), METRICS))
        .hasMessage("loss term: expected a name without @, got a@b");
    assertThatThrownBy(() -> History.create(file, List.of("seconds"), METRICS))
        .hasMessageContaining("each once");
  }

  @Test
  void malformedCellIsRefusedWithItsLine() throws IOException {
    Files.writeString(file, "phase,epoch,bpr,seconds\npairs,1,0.5,1\npairs,2,x,1\n");
    assertThatThrownBy(() -> History.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ", line 3: expected numbers, got: ");
    Files.writeString(file, "phase,epoch,bpr,seconds\npairs,1\n");
    assertThatThrownBy(() -> History.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ", line 2: expected 4 fields, got 2");
  }

  @Test
  void fullDiskIsAnIoError() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "only Linux has /dev/full");
    History history = History.create(file, LOSSES, METRICS);
    Files.delete(file);
    Files.createSymbolicLink(file, full);
    assertThatThrownBy(() -> history.append(Examples.row(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
  }
}
