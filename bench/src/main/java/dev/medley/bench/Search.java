package dev.medley.bench;

import dev.medley.data.FolderDraft;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunMetrics;
import dev.medley.runs.RunState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A tuned comparison: {@code search DATASET OUT TRIALS MINUTES MODEL…}. Each model is given the
 * same budget, so many trials or so many minutes of training, whichever ends first; its first trial
 * always ends. Every trial is a process of its own and a run below OUT, chosen among by validation
 * alone. Goes on where it was stopped; beside a trial that failed, or that the minutes ended,
 * stands a file that says so, and it is not tried again. At the end stands the ensemble of the best
 * models.
 */
final class Search {
  private static final String CHOSEN_BY = "recall@20";
  private static final int MEMBERS = 4;
  private static final long GRACE_SECONDS = 60;
  private static final int COLUMNS = 12;
  private static final String LATE = "out of time";

  /** A finished trial. */
  private record Trial(String model, Path run, List<String> settings, RunMetrics metrics) {
    double validation() {
      return metrics.validation().getOrDefault(CHOSEN_BY, Double.NEGATIVE_INFINITY);
    }
  }

  private final Path dataset;
  private final Path out;
  private final int trials;
  private final double seconds;

  private Search(Path dataset, Path out, int trials, double seconds) {
    this.dataset = dataset;
    this.out = out;
    this.trials = trials;
    this.seconds = seconds;
  }

  static void run(String... arguments) throws Exception {
    if (arguments.length < 5) {
      throw new IllegalArgumentException("expected: search DATASET OUT TRIALS MINUTES MODEL…");
    }
    Path out = Files.createDirectories(Path.of(arguments[1]));
    Search search =
        new Search(
            Path.of(arguments[0]),
            out,
            Integer.parseInt(arguments[2]),
            60 * Double.parseDouble(arguments[3]));
    List<Trial> best = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (String model : Arrays.asList(arguments).subList(4, arguments.length)) {
      List<Trial> ended = search.tried(model);
      Optional<Trial> chosen = ended.stream().max(Comparator.comparingDouble(Trial::validation));
      if (chosen.isEmpty()) {
        rows.add("| %s | 0 |%s".formatted(model, " |".repeat(COLUMNS - 2)));
        continue;
      }
      Trial trial = chosen.get();
      best.add(trial);
      boolean over = ended.size() == 1 && secondsOf(trial.run) > search.seconds;
      String settings = String.join(" ", trial.settings) + (over ? " (over the minutes)" : "");
      rows.add(row(model, trial.run, ended.size(), settings));
    }
    if (best.size() > 1) {
      search.ensemble(best).ifPresent(rows::add);
    }
    Timings.print(
        "| model | trials | validation R@20 | R@10 | R@20 | N@10 | N@20 | coverage@20 | arp@20 | seconds | MiB | settings |");
    Timings.print("|---|---|---|---|---|---|---|---|---|---|---|---|");
    rows.forEach(row -> Timings.print("%s", row));
  }

  private List<Trial> tried(String model) throws Exception {
    List<Trial> ended = new ArrayList<>();
    double spent = 0;
    int number = 0;
    for (List<String> settings : SearchSpace.of(model).trials(trials)) {
      number++;
      Path run = out.resolve(model + "-" + number);
      double left = number == 1 ? Double.POSITIVE_INFINITY : seconds - spent;
      if (left <= 0) {
        break;
      }
      End end = trained(model, settings, run, left);
      spent += secondsOf(run);
      if (end == End.OUT_OF_TIME) {
        break;
      }
      if (end == End.FINISHED) {
        Trial trial = new Trial(model, run, settings, RunFolder.openUnverified(run).metrics());
        ended.add(trial);
        System.err.printf(
            "%s %d: validation %.4f, %.0f s so far, %s%n",
            model, number, trial.validation(), spent, String.join(" ", settings));
      }
    }
    return ended;
  }

  /** How a trial ended. */
  private enum End {
    FINISHED,
    FAILED,
    OUT_OF_TIME
  }

  /** Trains as far as it comes; what it did is kept in any case. */
  private End trained(String model, List<String> settings, Path run, double seconds)
      throws IOException, InterruptedException {
    if (RunState.of(run) == RunState.FINISHED) {
      return End.FINISHED;
    }
    Path given = Path.of(run + ".given-up");
    if (Files.exists(given)) {
      return Files.readString(given).startsWith(LATE) ? End.OUT_OF_TIME : End.FAILED;
    }
    List<String> line = new ArrayList<>(List.of("train", model, dataset.toString()));
    line.addAll(List.of("--seed", "1", "--threads", "1", "--resume", "--out", run.toString()));
    settings.forEach(setting -> line.addAll(List.of("--set", setting)));
    Path log = Path.of(run + ".log");
    OptionalInt status = status(line, log, Math.max(0, seconds - secondsOf(run)));
    if (status.isPresent() && status.getAsInt() == 0) {
      return End.FINISHED;
    }
    String why = status.isPresent() ? "status " + status.getAsInt() + ", see " + log : LATE;
    System.err.printf("%s: given up, %s%n", run.getFileName(), why);
    Files.writeString(given, why + System.lineSeparator());
    return status.isPresent() ? End.FAILED : End.OUT_OF_TIME;
  }

  /**
   * The exit status of a command in a process of its own, with this one's memory settings; none
   * where it took longer.
   */
  private static OptionalInt status(List<String> line, Path log, double seconds)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(dev.medley.cli.Main.class.getName());
    command.addAll(line);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (seconds == Double.POSITIVE_INFINITY) {
      process.waitFor();
    } else if (!process.waitFor((long) (1000 * seconds), TimeUnit.MILLISECONDS)) {
      process.destroy();
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      return OptionalInt.empty();
    }
    return OptionalInt.of(process.exitValue());
  }

  /** What a run has been trained for, also one that was stopped: the seconds of its history. */
  private static double secondsOf(Path run) throws IOException {
    Path history = run.resolve("history.csv");
    if (!Files.exists(history)) {
      return 0;
    }
    List<String> lines = Files.readAllLines(history);
    int column = Arrays.asList(lines.get(0).split(",", -1)).indexOf("seconds");
    return lines.stream()
        .skip(1)
        .map(line -> line.split(",", -1))
        .filter(fields -> fields.length > column) // a last line may be cut
        .mapToDouble(fields -> Double.parseDouble(fields[column]))
        .sum();
  }

  /** The best few models together; their weights are chosen on validation, too. */
  private Optional<String> ensemble(List<Trial> best) throws Exception {
    List<Trial> members =
        best.stream()
            .sorted(Comparator.comparingDouble(Trial::validation).reversed())
            .limit(MEMBERS)
            .toList();
    Path run = out.resolve("ensemble");
    FolderDraft.deleteAll(run);
    List<String> line = new ArrayList<>(List.of("ensemble"));
    members.forEach(member -> line.add(member.run.toString()));
    line.addAll(List.of("--out", run.toString()));
    Path log = Path.of(run + ".log");
    if (status(line, log, Double.POSITIVE_INFINITY).orElseThrow() != 0) {
      throw new IllegalStateException("the ensemble failed, see " + log);
    }
    String names = String.join(" + ", members.stream().map(Trial::model).toList());
    return Optional.of(row("ensemble", run, 1, names));
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
        Math.max(folder.summary().outcome().secondsTotal(), secondsOf(run)),
        folder.summary().outcome().peakRssMb(),
        settings);
  }
}
