package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedRunTest {
  @TempDir Path folder;

  @Test
  void stateTellsWhatStandsAtAPath() throws IOException {
    Path out = folder.resolve("run");
    assertThat(RunState.of(out)).isEqualTo(RunState.ABSENT);
    Files.createDirectory(out);
    assertThat(RunState.of(out)).isEqualTo(RunState.UNFINISHED);
    Files.delete(out);
    UnfinishedRun run = Examples.unfinished(out);
    assertThat(RunState.of(out)).isEqualTo(RunState.UNFINISHED);
    run.finish(Examples.result(Examples.dataset()));
    assertThat(RunState.of(out)).isEqualTo(RunState.FINISHED);
    assertThat(RunState.of(folder)).isEqualTo(RunState.NOT_A_RUN);
    assertThat(RunState.of(Files.createFile(folder.resolve("f")))).isEqualTo(RunState.NOT_A_RUN);
  }

  @Test
  void existingPathIsRefusedAndLeftAlone() throws IOException {
    Path out = folder.resolve("run");
    Files.createDirectory(out);
    assertThatThrownBy(() -> UnfinishedRun.create(out, Examples.request()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--out: expected a path where nothing is yet, got "
                + out
                + "; choose another, delete it, or go on with it by --resume");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void resumeOnNothingOrAnEmptyFolderBegins() throws IOException {
    Path absent = folder.resolve("deep/absent");
    assertThat(UnfinishedRun.resume(absent, Examples.request()).hasCheckpoint()).isFalse();
    assertThat(absent.resolve(RunLayout.REQUEST)).isRegularFile();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    UnfinishedRun.resume(empty, Examples.request());
    assertThat(empty.resolve(RunLayout.REQUEST)).isRegularFile();
  }

  @Test
  void resumeOfTheSameRequestGoesOn() throws IOException {
    Path out = folder.resolve("run");
    Examples.unfinished(out);
    UnfinishedRun run = UnfinishedRun.resume(out, Examples.request());
    assertThat(run.hasCheckpoint()).isTrue();
    assertThat(run.folder()).isEqualTo(out);
    assertThat(run.request()).isEqualTo(Examples.request());
  }

  @Test
  void resumeNamesEveryDifference() throws IOException {
    Path out = folder.resolve("run");
    Examples.unfinished(out);
    RunRequest other = Examples.request(2, 1, Map.of("dim", 32, "l2", 1e-4));
    assertThatThrownBy(() -> UnfinishedRun.resume(out, other))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "a run of another request is there already: expected seed 1 as in "
                + out.resolve(RunLayout.REQUEST)
                + ", got 2; threads 2, got 1; dim 64, got 32; ask for the same or choose another --out");
    RunRequest more = Examples.request(1, 2, Map.of("dim", 64, "l2", 1e-4, "layers", 2));
    assertThatThrownBy(() -> UnfinishedRun.resume(out, more))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected layers absent as in")
        .hasMessageContaining("got 2");
  }

  @Test
  void resumeOfAnotherVersionIsAllowed() throws IOException {
    Path out = folder.resolve("run");
    Examples.unfinished(out);
    RunRequest same = Examples.request();
    RunRequest newer =
        new RunRequest(
            same.model(),
            same.hyperparameters(),
            "moved",
            same.datasetSha256(),
            same.split(),
            same.seed(),
            same.threads(),
            same.device(),
            same.options(),
            new RunRequest.Versions("0.2.0", "21", Map.of()));
    assertThat(UnfinishedRun.resume(out, newer).hasCheckpoint()).isTrue();
  }

  @Test
  void resumeOfAFinishedRunOrOfSomethingElseIsRefused() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    assertThatThrownBy(() -> UnfinishedRun.resume(out, Examples.request()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--resume: expected an unfinished run or nothing at "
                + out
                + ", got a finished one; choose another --out");
    assertThatThrownBy(() -> UnfinishedRun.resume(folder, Examples.request()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("got something else");
  }

  @Test
  void folderThatCannotBeMadeIsAnIoErrorAndLeavesNothing() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> UnfinishedRun.create(file.resolve("run"), Examples.request()))
        .isInstanceOf(IOException.class);
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void failureWhileFinishingLeavesAnUnfinishedRunWithItsCheckpoint() throws IOException {
    Path out = folder.resolve("run");
    UnfinishedRun run = Examples.unfinished(out);
    RunResult good = Examples.result(Examples.dataset());
    List<RunFile> files = new ArrayList<>(good.files());
    files.add(
        new RunFile(
            "scorer.safetensors",
            file -> {
              throw new IOException("No space left on device");
            }));
    RunResult failing =
        new RunResult(
            good.dataset(), good.metrics(), good.perUser(), files, good.outcome(), Map.of());
    assertThatThrownBy(() -> run.finish(failing)).hasMessage("No space left on device");
    assertThat(RunState.of(out)).isEqualTo(RunState.UNFINISHED);
    assertThat(run.hasCheckpoint()).isTrue();

    UnfinishedRun.resume(out, Examples.request()).finish(good);
    assertThat(RunFolder.open(out).metrics()).isEqualTo(Examples.metrics());
  }

  @Test
  void outcomeIsAskedForWhenOnlyTheSummaryIsLeftToWrite() throws IOException {
    Path out = folder.resolve("run");
    RunResult good = Examples.result(Examples.dataset());
    List<Boolean> written = new ArrayList<>();
    Examples.unfinished(out)
        .finish(
            new RunResult(
                good.dataset(),
                good.metrics(),
                good.perUser(),
                good.files(),
                () -> {
                  written.add(Files.exists(out.resolve(RunLayout.METRICS)));
                  written.add(Files.exists(out.resolve(RunLayout.SUMMARY)));
                  return Examples.outcome();
                },
                Map.of()));
    assertThat(written).containsExactly(true, false);
  }

  @Test
  void killBetweenMetricsAndSummaryLeavesAnUnfinishedRun() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    Files.delete(out.resolve(RunLayout.SUMMARY));
    assertThat(RunState.of(out)).isEqualTo(RunState.UNFINISHED);
    UnfinishedRun.resume(out, Examples.request());
    assertThat(out.resolve(RunLayout.METRICS)).doesNotExist();
  }

  @Test
  void filesOfTheLayoutAndPathsOutsideCannotBeGiven() throws IOException {
    UnfinishedRun run = Examples.unfinished(folder.resolve("run"));
    RunResult good = Examples.result(Examples.dataset());
    for (String name : List.of(RunLayout.METRICS, RunLayout.CHECKPOINT)) {
      RunResult taken =
          new RunResult(
              good.dataset(),
              good.metrics(),
              good.perUser(),
              List.of(new RunFile(name, file -> {})),
              good.outcome(),
              Map.of());
      assertThatThrownBy(() -> run.finish(taken))
          .hasMessage("run file: expected a name that is not taken, got '" + name + "'");
    }
    for (String name : List.of("../x", "/x", "a//b", "", "a/./b", "a\\b")) {
      assertThatThrownBy(() -> new RunFile(name, file -> {}))
          .hasMessage("run file: expected a path inside the run's folder, got '" + name + "'");
    }
  }

  @Test
  void idThatCannotStandInALineIsRefused() throws IOException {
    UnfinishedRun run = UnfinishedRun.create(folder.resolve("run"), Examples.request());
    Interactions none = Interactions.empty(1, 1);
    Dataset odd =
        new Dataset(
            "odd",
            "0",
            Ids.of("user", List.of("a\tb")),
            Ids.of("item", List.of("i")),
            List.of(),
            none,
            none,
            none,
            List.of(),
            "x_label",
            List.of());
    assertThatThrownBy(() -> run.finish(Examples.result(odd)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("user ids: expected no tab or line end in an id, got 'a b'; rename it");
  }
}
