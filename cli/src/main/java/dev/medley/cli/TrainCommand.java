package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.data.FeatureAblation;
import dev.medley.engine.Device;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley train}. */
@Command(
    name = "train",
    description = "Trains a model on a dataset and measures it; the run folder stands alone.")
final class TrainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "'medley models' lists them.")
  private String model;

  @Parameters(index = "1", paramLabel = "DATASET", description = "A dataset's folder.")
  private Path dataset;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run's folder (default: runs/DATASET-MODEL-SEED).")
  private @Nullable Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The seed of everything random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--features",
      paramLabel = "CHANGE",
      description =
          "To ask what features are worth: without-MODALITY, or the rows of permuted-MODALITY or"
              + " permuted-all dealt out to other items.")
  private @Nullable String features;

  @Option(
      names = "--resume",
      description = "Go on with RUN where it stopped; starts it where it is not, else checks it.")
  private boolean resume;

  @Mixin private final SettingsOptions settings = new SettingsOptions();
  @Mixin private final RunOptions options = new RunOptions();
  @Mixin private final DatasetOptions split = new DatasetOptions();

  TrainCommand() {
    model = "";
    dataset = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    Models.Recipe recipe = Models.named(model).recipe(settings.read());
    int threads = options.threads();
    Device device = options.device();
    Imputation imputation = options.imputation();
    if (out != null) {
      TrainingRun.requireFree(out, resume);
    }
    FeatureAblation ablation =
        features == null ? FeatureAblation.NONE : FeatureAblation.parse(features);
    Dataset read = ablation.apply(split.read(dataset), new Seed(seed));
    Path folder = out != null ? out : defaultFolder(read.name(), model, seed);
    RunFolder run =
        new TrainingRun(recipe, read, ablation, seed, threads, device, imputation, folder, resume)
            .execute();
    System.out.printf("%s%n%s", run.folder(), Tables.metrics(run.metrics()));
    return Main.DONE;
  }

  /** {@code runs/DATASET-MODEL-SEED}. */
  static Path defaultFolder(String dataset, String model, long seed) {
    if (dataset.isEmpty()) {
      throw new InvalidInputException("--out: expected for a dataset without a name; give one");
    }
    return Path.of("runs", dataset + "-" + model + "-" + seed);
  }
}
