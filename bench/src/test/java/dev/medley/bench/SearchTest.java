package dev.medley.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.data.FolderDraft;
import dev.medley.runs.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tuned comparison on small data; each trial is a process of its own, hence slow. */
@Tag("slow")
class SearchTest {
  @TempDir Path folder;

  @BeforeEach
  void generate() throws Exception {
    Generate.run(folder.resolve("data").toString(), "60", "40", "300");
  }

  /** The rows that it prints, header and rule left out. */
  private List<String> search(String trials, String minutes, String... models) throws Exception {
    PrintStream usual = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String[] arguments = new String[4 + models.length];
    arguments[0] = folder.resolve("data").toString();
    arguments[1] = folder.resolve("out").toString();
    arguments[2] = trials;
    arguments[3] = minutes;
    System.arraycopy(models, 0, arguments, 4, models.length);
    try (PrintStream out = new PrintStream(bytes, true, UTF_8)) {
      System.setOut(out);
      Search.run(arguments);
    } finally {
      System.setOut(usual);
    }
    return bytes.toString(UTF_8).lines().skip(2).toList();
  }

  private FileTime written(String trial) throws IOException {
    return Files.getLastModifiedTime(folder.resolve("out").resolve(trial).resolve("metrics.json"));
  }

  @Test
  void whatWasTriedIsKeptAndAnEndedTrialIsNotTrainedAgain() throws Exception {
    List<String> rows = search("2", "5", "bpr", "popular");

    assertThat(rows.get(0)).startsWith("| bpr | 2 | ");
    assertThat(rows.get(1)).startsWith("| popular | 1 | ");
    assertThat(rows.get(2)).startsWith("| ensemble | 1 | ").contains(" bpr-", " popular-1 |");
    assertThat(rows.stream().filter(row -> row.contains("| ended |")))
        .extracting(row -> row.substring(2, row.indexOf(" ", 2)))
        .containsExactly("bpr-1", "bpr-2", "popular-1");
    FileTime first = written("bpr-1");

    FolderDraft.deleteAll(folder.resolve("out/bpr-2")); // as if it had been killed before
    List<String> again = search("2", "5", "bpr", "popular");

    assertThat(written("bpr-1")).isEqualTo(first);
    assertThat(accuracy(again)).isEqualTo(accuracy(rows));
  }

  /** Model, trials and accuracy; seconds and memory differ from time to time. */
  private static List<String> accuracy(List<String> rows) {
    return rows.stream()
        .takeWhile(row -> !row.isEmpty())
        .map(row -> String.join("|", List.of(row.split("\\|")).subList(1, 10)))
        .toList();
  }

  /**
   * A default that takes some seconds, and what a search may take in all: that and half as much.
   */
  private String minutesThatEndTheSecondTrial() throws Exception {
    FolderDraft.deleteAll(folder.resolve("data"));
    Generate.run(folder.resolve("data").toString(), "3000", "2000", "40000");
    search("1", "5", "lightgcn");
    return Double.toString(RunHistory.of(folder.resolve("out/lightgcn-1")).seconds() * 2.5 / 60);
  }

  @Test
  void aTrialThatTheMinutesEndCountsWithTheEpochsItHadAndIsTheLast() throws Exception {
    String minutes = minutesThatEndTheSecondTrial();
    List<String> rows = search("5", minutes, "lightgcn");

    assertThat(rows.get(0)).startsWith("| lightgcn | 2 | ");
    assertThat(folder.resolve("out/lightgcn-2.given-up")).content().startsWith("out of time after");
    assertThat(folder.resolve("out/lightgcn-2/metrics.json")).exists();
    assertThat(rows)
        .anyMatch(row -> row.startsWith("| lightgcn-2 | 0.") && row.contains("by the minutes"));
    int epochs = RunHistory.of(folder.resolve("out/lightgcn-2")).lastEpoch();
    assertThat(
            RunFolder.open(folder.resolve("out/lightgcn-2"))
                .request()
                .hyperparameters()
                .get("epochs"))
        .isEqualTo((long) epochs);
    assertThat(folder.resolve("out/lightgcn-3.given-up")).doesNotExist();
    assertThat(folder.resolve("out/lightgcn-3")).doesNotExist();
    assertThat(search("5", minutes, "lightgcn")).isEqualTo(rows);
    Files.delete(folder.resolve("out/lightgcn-2/run.json")); // as if killed while it was ended
    assertThat(accuracy(search("5", minutes, "lightgcn")).get(0)).isEqualTo(accuracy(rows).get(0));
    assertThat(search("3", "5", "lightgcn").get(0))
        .as("with more minutes the others are tried")
        .startsWith("| lightgcn | 3 | ");
  }

  @Test
  void aTrialThatWasKilledIsGoneOnWithByTheNextCall() throws Exception {
    FolderDraft.deleteAll(folder.resolve("data"));
    Generate.run(folder.resolve("data").toString(), "3000", "2000", "40000");
    Path trial = folder.resolve("out/lightgcn-1");
    CompletableFuture<Integer> killer =
        CompletableFuture.supplyAsync(
            () -> {
              int epochs;
              do {
                LockSupport.parkNanos(10_000_000);
                epochs = epochs(trial);
              } while (epochs < 3);
              ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
              return epochs;
            });
    assertThat(search("1", "5", "lightgcn").get(0)).startsWith("| lightgcn | 0 | ");
    assertThat(killer.get()).isGreaterThanOrEqualTo(3);
    assertThat(folder.resolve("out/lightgcn-1.given-up")).doesNotExist();

    List<String> first = Files.readAllLines(trial.resolve("history.csv")).subList(0, 3);
    assertThat(search("1", "5", "lightgcn").get(0)).startsWith("| lightgcn | 1 | ");
    assertThat(Files.readAllLines(trial.resolve("history.csv")).subList(0, 3)).isEqualTo(first);
  }

  private static int epochs(Path trial) {
    try {
      return RunHistory.of(trial).lastEpoch();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What a killed search leaves behind: a process that still trains. */
  @Test
  void aTrialThatIsInWorkIsWaitedFor() throws Exception {
    FolderDraft.deleteAll(folder.resolve("data"));
    Generate.run(folder.resolve("data").toString(), "3000", "2000", "40000");
    Path trial = folder.resolve("out/lightgcn-1");
    List<String> line =
        List.of("train", "lightgcn", folder.resolve("data").toString(), "--set", "patience=20");
    List<String> more = List.of("--seed", "1", "--threads", "1", "--out", trial.toString());
    CompletableFuture<Command.Outcome> other =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Command.run(
                    Stream.concat(line.stream(), more.stream()).toList(),
                    folder.resolve("other.log"),
                    Double.POSITIVE_INFINITY);
              } catch (IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
              }
            });
    while (epochs(trial) < 3 && !other.isDone()) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(other).isNotDone();

    assertThat(search("1", "5", "lightgcn").get(0)).startsWith("| lightgcn | 1 | ");
    assertThat(other.get().status()).isZero();
    assertThat(folder.resolve("out/lightgcn-1.log")).as("no second process").doesNotExist();
  }

  @Test
  void trialsOfOtherDataOrOtherSettingsAreRefused() throws Exception {
    search("1", "5", "bpr");
    Path request = folder.resolve("out/bpr-1/request.json");
    String before = Files.readString(request);
    Files.writeString(request, before.replace("\"dim\" : 64", "\"dim\" : 32"));
    assertThatThrownBy(() -> search("1", "5", "bpr"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected dim 32 as in " + request + ", got 64");
    Files.writeString(request, before);
    FolderDraft.deleteAll(folder.resolve("data"));
    Generate.run(folder.resolve("data").toString(), "61", "40", "300");
    assertThatThrownBy(() -> search("1", "5", "bpr"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected dataset_sha256 ");
  }

  /** Without texts addvae is refused; what comes after it is searched all the same. */
  @Test
  void aTrialThatIsRefusedIsTriedAgainAndTheOthersGoOn() throws Exception {
    List<String> rows = search("2", "5", "addvae", "popular");

    assertThat(rows.get(0)).startsWith("| addvae | 0 | ");
    assertThat(rows.get(1)).startsWith("| popular | 1 | ");
    assertThat(rows).filteredOn(row -> row.contains("| failed |")).hasSize(2);
    assertThat(folder.resolve("out/addvae-2.given-up")).doesNotExist();
    assertThat(folder.resolve("out/addvae-2.log")).content().contains("texts");
  }

  @Test
  void aTrialThatFailedIsGivenUp() throws Exception {
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/bpr-2.given-up"), "status 1, see bpr-2.log");

    List<String> rows = search("3", "5", "bpr");

    assertThat(rows.get(0)).startsWith("| bpr | 2 | ");
    assertThat(rows).anyMatch(row -> row.startsWith("| bpr-2 |  | 0 | failed |"));
    assertThat(folder.resolve("out/bpr-2")).doesNotExist();
  }

  @Test
  void theFirstTrialEndsWhateverTheMinutes() throws Exception {
    List<String> rows = search("3", "0", "bpr");
    assertThat(rows.get(0)).startsWith("| bpr | 1 | ").endsWith("(over the minutes) |");
    assertThat(rows).filteredOn(row -> row.startsWith("| bpr-")).hasSize(1);
  }
}
