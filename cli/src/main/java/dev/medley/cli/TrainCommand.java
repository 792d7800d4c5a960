package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.data.DatasetChange;
import dev.medley.engine.Device;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunState;
import java.io.IOException;
import java.nio.file.Files;
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
      names = "--change",
      paramLabel = "CHANGE",
      description =
          "To ask what a part of the dataset is worth: without-MODALITY leaves its features out;"
              + " permuted-MODALITY or permuted-all deals their rows out to other items;"
              + " train-PERCENT trains on so many of the interactions, at least one of each user; the"
              + " others are ranked as if nobody had had them.")
  private @Nullable String asked;

  @Option(
      names = "--resume",
      description =
          "Go on with RUN from its last checkpoint; start it where there is none yet, and do nothing"
              + " where it is finished. A run of another request is refused, but for its epochs: with"
              + " --set epochs=N, N those that are done, it ends at once with the best of them.")
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
    DatasetChange change = asked == null ? DatasetChange.NONE : DatasetChange.parse(asked);
    AskedTraining training = new AskedTraining(recipe, change, seed, threads, device, imputation);
    RunFolder run = withoutData(training);
    if (run == null) {
      Dataset read = change.apply(split.read(dataset), new Seed(seed));
      Path folder = out != null ? out : defaultFolder(read.name(), model, seed);
      run = new TrainingRun(training, read, folder, resume).execute();
    }
    System.out.printf("%s%n%s", run.folder(), Tables.metrics(run.metrics()));
    return Main.DONE;
  }

  /** The run that is asked for where it is finished already and its dataset is gone, or null. */
  private @Nullable RunFolder withoutData(AskedTraining training) throws IOException {
    Path name = dataset.toAbsolutePath().normalize().getFileName();
    if (!resume || Files.exists(dataset) || name == null) {
      return null;
    }
    Path folder = out != null ? out : defaultFolder(name.toString(), model, seed);
    return RunState.of(folder) == RunState.FINISHED ? training.finished(folder) : null;
  }

  /** {@code runs/DATASET-MODEL-SEED}. */
  static Path defaultFolder(String dataset, String model, long seed) {
    if (dataset.isEmpty()) {
      throw new InvalidInputException(
          "--out: expected a folder for the run on a dataset without a name, got none; give one");
    }
    return Path.of("runs", dataset + "-" + model + "-" + seed);
  }
}
