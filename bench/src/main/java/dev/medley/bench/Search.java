package dev.medley.bench;

import dev.medley.cli.Models;
import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetFolder;
import dev.medley.data.FolderDraft;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunLayout;
import dev.medley.runs.RunLock;
import dev.medley.runs.RunMetrics;
import dev.medley.runs.RunRequest;
import dev.medley.runs.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A tuned comparison: {@code search DATASET OUT TRIALS MINUTES MODEL…}. Each model is given the
 * same budget, so many trials or so many minutes of training, whichever ends first. Every trial is
 * a process of its own and a run below OUT, chosen among by validation alone. The first trial
 * always ends; another one that the minutes end counts with the epochs that it had. Goes on where
 * it was stopped; beside a trial that failed or was ended stands a file that says so. The ensemble
 * of the best models comes last, and then every trial.
 */
final class Search {
  private static final String CHOSEN_BY = "recall@20";
  private static final int MEMBERS = 4;
  private static final int COLUMNS = 12;
  private static final int REFUSED = 2;
  private static final int KILLED = 128; // and the signal's number

  /** How a trial ended. */
  private enum End {
    FINISHED("ended"),
    CUT("ended by the minutes"),
    LATE("no result in the minutes"),
    FAILED("failed"),
    KILLED("killed, to be gone on with");

    private final String text;

    End(String text) {
      this.text = text;
    }
  }

  /** A trial, whose run is finished where it counts. */
  private record Trial(String model, int number, Path run, List<String> settings, End end) {
    boolean counts() {
      return end == End.FINISHED || end == End.CUT;
    }

    double validation() throws IOException {
      RunMetrics metrics = RunFolder.openUnverified(run).metrics();
      return metrics.validation().getOrDefault(CHOSEN_BY, Double.NEGATIVE_INFINITY);
    }
  }

  /** The best trial of a model. */
  private record Best(Trial trial, double validation) {}

  private final Path dataset;
  private final String sha256;
  private final Path out;
  private final int trials;
  private final double seconds;

  private Search(Path dataset, Path out, int trials, double seconds) throws IOException {
    Dataset read = DatasetFolder.read(dataset);
    this.dataset = dataset;
    this.sha256 = read.contentHash();
    this.out = out;
    this.trials = trials;
    this.seconds = seconds;
  }

  static void run(String... arguments) throws Exception {
    if (arguments.length < 5) {
      throw new IllegalArgumentException("expected: search DATASET OUT TRIALS MINUTES MODEL…");
    }
    Search search =
        new Search(
            Path.of(arguments[0]),
            Files.createDirectories(Path.of(arguments[1])),
            Integer.parseInt(arguments[2]),
            60 * Double.parseDouble(arguments[3]));
    search.compare(Arrays.asList(arguments).subList(4, arguments.length));
  }

  private void compare(List<String> models) throws Exception {
    List<Trial> all = new ArrayList<>();
    List<Best> best = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (String model : models) {
      List<Trial> tried = tried(model);
      all.addAll(tried);
      List<Trial> counted = tried.stream().filter(Trial::counts).toList();
      List<Best> ranked = new ArrayList<>();
      for (Trial trial : counted) {
        ranked.add(new Best(trial, trial.validation()));
      }
      Optional<Best> chosen = ranked.stream().max(Comparator.comparingDouble(Best::validation));
      chosen.ifPresent(best::add);
      rows.add(
          chosen.isEmpty()
              ? "| %s | 0 |%s".formatted(model, " |".repeat(COLUMNS - 2))
              : row(model, chosen.get().trial.run, counted.size(), said(chosen.get().trial)));
    }
    if (best.size() > 1) {
      rows.add(ensemble(best));
    }
    Timings.print(
        "| model | trials | validation R@20 | R@10 | R@20 | N@10 | N@20 | coverage@20 | arp@20 | seconds | MiB | settings |");
    Timings.print("|---|---|---|---|---|---|---|---|---|---|---|---|");
    rows.forEach(row -> Timings.print("%s", row));
    Timings.print("");
    Timings.print("| trial | validation R@20 | seconds | how it ended | settings |");
    Timings.print("|---|---|---|---|---|");
    for (Trial trial : all) {
      Timings.print(
          "| %s-%d | %s | %.0f | %s | %s |",
          trial.model,
          trial.number,
          trial.counts() ? String.format(Locale.ROOT, "%.4f", trial.validation()) : "",
          RunHistory.of(trial.run).seconds(),
          trial.end.text,
          String.join(" ", trial.settings));
    }
  }

  /** The settings of a trial, and whether it came to its end in the minutes. */
  private String said(Trial trial) throws IOException {
    String settings = String.join(" ", trial.settings);
    if (trial.end == End.CUT) {
      return settings + " (ended by the minutes)";
    }
    boolean over = RunHistory.of(trial.run).seconds() > seconds;
    return over ? settings + " (over the minutes)" : settings;
  }

  private List<Trial> tried(String model) throws Exception {
    List<Trial> tried = new ArrayList<>();
    double spent = 0;
    int number = 0;
    for (List<String> settings : SearchSpace.of(model).trials(trials)) {
      number++;
      Path run = out.resolve(model + "-" + number);
      double left = number == 1 ? Double.POSITIVE_INFINITY : seconds - spent;
      if (left <= 0) {
        break;
      }
      requireSame(model, settings, run);
      Trial trial = new Trial(model, number, run, settings, trained(model, settings, run, left));
      tried.add(trial);
      spent += RunHistory.of(run).seconds();
      System.err.printf(
          "%s %d: %s, %.0f s so far, %s%n",
          model, number, trial.end.text, spent, String.join(" ", settings));
      if (trial.end == End.CUT || trial.end == End.LATE) {
        break;
      }
    }
    return tried;
  }

  /**
   * Refuses a run of an earlier search on other data or among other settings.
   *
   * @throws InvalidInputException naming the difference
   */
  private void requireSame(String model, List<String> settings, Path run) throws IOException {
    Path begun = run.resolve(RunLayout.REQUEST);
    if (Files.exists(begun)) {
      RunRequest then = RunRequest.read(begun);
      Map<String, Object> now = SearchSpace.recipe(model, settings).recorded();
      then.requireResumable(
          new RunRequest(
              model,
              now,
              then.dataset(),
              sha256,
              then.split(),
              1,
              1,
              then.device(),
              then.options(),
              then.versions()),
          begun);
    }
  }

  /** Trains as far as it comes; what it did is kept in any case. */
  private End trained(String model, List<String> settings, Path run, double left)
      throws IOException, InterruptedException {
    // a search that was killed leaves a process that trains on
    RunLock.await(
        run,
        () -> System.err.printf("%s: another process trains it, waiting%n", run.getFileName()));
    boolean finished = RunState.of(run) == RunState.FINISHED;
    GivenUp mark = new GivenUp(Path.of(run + ".given-up"));
    if (mark.failed()) {
      return End.FAILED;
    }
    boolean late = mark.lateAfter(seconds);
    if (finished) {
      return late ? End.CUT : End.FINISHED;
    }
    List<String> line = new ArrayList<>(List.of("train", model, dataset.toString()));
    line.addAll(List.of("--seed", "1", "--threads", "1", "--resume", "--out", run.toString()));
    settings.forEach(setting -> line.addAll(List.of("--set", setting)));
    Path log = Path.of(run + ".log");
    if (!late) {
      Command.Outcome outcome = Command.run(line, log, left - RunHistory.of(run).seconds());
      if (!outcome.late()) {
        return outcome.status() == 0 ? End.FINISHED : stopped(outcome.status(), log, mark);
      }
      mark.late(seconds);
    }
    int epochs = epochsToEndWith(model, run);
    if (epochs == 0) {
      return End.LATE;
    }
    line.addAll(List.of("--set", "epochs=" + epochs));
    int status = Command.run(line, log, Double.POSITIVE_INFINITY).status();
    return status == 0 ? End.CUT : stopped(status, log, mark);
  }

  private static End stopped(int status, Path log, GivenUp mark) throws IOException {
    System.err.printf("status %d, see %s%n", status, log);
    if (status > KILLED) {
      return End.KILLED;
    }
    if (status != REFUSED) { // which takes no time to be told again
      mark.failed(status, log);
    }
    return End.FAILED;
  }

  /**
   * With how many epochs a training that was stopped is at its end; 0 where it cannot be: the phase
   * that decides has not been evaluated, or it is no training by epochs.
   */
  private static int epochsToEndWith(String model, Path run) throws IOException {
    Path begun = run.resolve(RunLayout.REQUEST);
    if (!Models.named(model).training().equals("gradient") || !Files.exists(begun)) {
      return 0;
    }
    RunHistory history = RunHistory.of(run);
    int epochs = history.lastEpoch();
    boolean ahead =
        RunRequest.read(begun).hyperparameters().get("pretrainEpochs") instanceof Long first
            && first > 0
            && (history.phases() < 2 || epochs < first); // which epochs would cut, too
    return ahead ? 0 : epochs;
  }

  /** The best few models together; their weights are chosen on validation, too. */
  private String ensemble(List<Best> best) throws Exception {
    List<Trial> members =
        best.stream()
            .sorted(Comparator.comparingDouble(Best::validation).reversed())
            .limit(MEMBERS)
            .map(Best::trial)
            .toList();
    Path run = out.resolve("ensemble");
    FolderDraft.deleteAll(run);
    List<String> line = new ArrayList<>(List.of("ensemble"));
    members.forEach(member -> line.add(member.run.toString()));
    line.addAll(List.of("--threads", "1", "--out", run.toString()));
    Path log = Path.of(run + ".log");
    if (Command.run(line, log, Double.POSITIVE_INFINITY).status() != 0) {
      throw new IllegalStateException("the ensemble failed, see " + log);
    }
    RunRequest request = RunFolder.openUnverified(run).summary().request();
    List<String> weighted = new ArrayList<>();
    if (request.hyperparameters().get("weights") instanceof Map<?, ?> weights) {
      weights.forEach(
          (name, weight) -> {
            if (weight instanceof Double number) {
              weighted.add(String.format(Locale.ROOT, "%.2f %s", number, name));
            }
          });
    }
    return row("ensemble", run, 1, String.join(" + ", weighted));
  }

  private static String row(String model, Path run, int trials, String settings) throws Exception {
    RunFolder folder = RunFolder.openUnverified(run);
    Map<String, Double> test = folder.metrics().test();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.4f | %.4f | %.4f | %.4f | %.4f | %.3f | %.1f | %.0f | %.0f | %s |",
        model,
        trials,
        folder.metrics().validation().getOrDefault(CHOSEN_BY, Double.NaN),
        test.getOrDefault("recall@10", Double.NaN),
        test.getOrDefault("recall@20", Double.NaN),
        test.getOrDefault("ndcg@10", Double.NaN),
        test.getOrDefault("ndcg@20", Double.NaN),
        test.getOrDefault("coverage@20", Double.NaN),
        test.getOrDefault("arp@20", Double.NaN),
        // of a resumed run that is the last process alone
        Math.max(folder.summary().outcome().secondsTotal(), RunHistory.of(run).seconds()),
        folder.summary().outcome().peakRssMb(),
        settings);
  }
}
