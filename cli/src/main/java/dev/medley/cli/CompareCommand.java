package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.engine.Device;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
      description =
          "Models, the one to compare with first; behind a model may stand a change of the dataset, as"
              + " freedom@permuted-image, freedom@without-text or freedom@train-60, and"
              + " hyperparameters, as freedom:layers=3:dim=32.")
  private List<String> models;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "N,…",
      defaultValue = "1,2,3",
      description = "Seeds (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--runs",
      split = ",",
      paramLabel = "RUN,…",
      description =
          "Finished runs on the same dataset and split, as those of ensembles: each gets a row of its"
              + " own.")
  private List<Path> others;

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
    others = List.of();
    out = Path.of("runs");
  }

  @Override
  public Integer call() throws IOException {
    requireDistinct("--models", models);
    requireDistinct("--seeds", seeds);
    requireDistinct("--runs", others.stream().map(CompareCommand::name).toList());
    List<Variant> variants = models.stream().map(Variant::parse).toList();
    int threads = options.threads();
    Device device = options.device();
    Imputation imputation = options.imputation();
    Dataset read = split.read(dataset);
    List<TrainingRun> runs = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (Variant variant : variants) {
      for (long seed : seeds) {
        labels.add(variant.name());
        runs.add(
            new TrainingRun(
                variant.recipe(),
                variant.change().apply(read, new Seed(seed)),
                variant.change(),
                seed,
                threads,
                device,
                imputation,
                out.resolve(folder(read.name(), variant.name(), seed)),
                true));
      }
    }
    List<RunFolder> finished = new ArrayList<>();
    for (Path other : others) {
      if (labels.contains(name(other))) {
        throw new InvalidInputException(
            "--runs: expected folders that are not called as a model of --models, got %s; rename it"
                .formatted(other));
      }
      finished.add(sameData(other, read));
    }
    for (TrainingRun run : runs) { // before the first of them creates anything
      run.check();
    }
    Comparison comparison = new Comparison();
    for (int k = 0; k < runs.size(); k++) {
      if (runs.size() > 1) {
        System.err.printf(
            "run %d of %d: %s, seed %d%n",
            k + 1, runs.size(), labels.get(k), runs.get(k).asked().seed());
      }
      comparison.add(labels.get(k), runs.get(k).execute());
    }
    for (RunFolder run : finished) {
      comparison.add(name(run.folder()), run);
    }
    System.out.print(comparison.table());
    return Main.DONE;
  }

  private static String name(Path run) {
    return String.valueOf(run.toAbsolutePath().normalize().getFileName());
  }

  private static RunFolder sameData(Path folder, Dataset dataset) throws IOException {
    RunFolder run = RunFolder.open(folder);
    RunRequest request = run.summary().request();
    if (!request.datasetSha256().equals(dataset.contentHash())
        || !request.split().equals(dataset.split())) {
      throw new InvalidInputException(
          "--runs: expected runs on %s (content %.12s, split %s), got %s of %s (content %.12s, split %s); leave it out or train it anew"
              .formatted(
                  dataset.name(),
                  dataset.contentHash(),
                  dataset.split(),
                  folder,
                  request.dataset(),
                  request.datasetSha256(),
                  request.split()));
    }
    return run;
  }

  private static String folder(String dataset, String variant, long seed) {
    return dataset + "-" + variant.replace(':', ',').replace('/', '_') + "-" + seed;
  }

  private static void requireDistinct(String option, List<?> values) {
    Set<Object> seen = new HashSet<>();
    for (Object value : values) {
      if (!seen.add(value)) {
        throw new InvalidInputException(
            "%s: expected each once, got %s twice".formatted(option, value));
      }
    }
  }
}
