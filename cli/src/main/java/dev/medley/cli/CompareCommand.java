package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.models.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley compare}. */
@Command(
    name = "compare",
    description =
        "Trains several models with several seeds on one dataset and prints one table; runs that are"
            + " there already are kept, unfinished ones go on.")
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DATASET", description = "A dataset's folder.")
  private Path dataset;

  @Option(
      names = "--models",
      required = true,
      split = ",",
      paramLabel = "A,B,…",
      description = "Models, the one to compare with first.")
  private List<String> models;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "N,…",
      defaultValue = "1,2,3",
      description = "Seeds (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where the runs' folders go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Mixin private final RunOptions options = new RunOptions();
  @Mixin private final DatasetOptions split = new DatasetOptions();

  CompareCommand() {
    dataset = Path.of("");
    models = List.of();
    seeds = List.of();
    out = Path.of("runs");
  }

  @Override
  public Integer call() throws IOException {
    List<Models.Entry<?>> entries = new ArrayList<>();
    for (String model : models) {
      entries.add(Models.named(model));
    }
    if (entries.isEmpty() || seeds.isEmpty()) {
      throw new InvalidInputException("compare: expected at least one model and one seed");
    }
    int threads = options.threads();
    Dataset read = split.read(dataset);
    Comparison comparison = new Comparison();
    for (Models.Entry<?> entry : entries) {
      for (long seed : seeds) {
        Path folder = out.resolve(read.name() + "-" + entry.name() + "-" + seed);
        comparison.add(
            entry.name(),
            new TrainingRun(
                    entry.recipe(Settings.none()),
                    read,
                    seed,
                    threads,
                    options.device(),
                    options.imputation(),
                    folder,
                    true)
                .execute());
      }
    }
    System.out.print(comparison.table());
    return Main.DONE;
  }
}
