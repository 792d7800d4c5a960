package dev.medley.cli;

import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetChange;
import dev.medley.engine.Device;
import dev.medley.engine.Engine;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunLayout;
import dev.medley.runs.RunRequest;
import dev.medley.runs.UnfinishedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a training is asked for, but for the data.
 *
 * @param recipe the model and its hyperparameters
 * @param change of the dataset
 * @param seed of everything random
 * @param threads at least 1
 * @param device where tensors live
 * @param imputation for models that cannot mask a missing feature row
 */
record AskedTraining(
    Models.Recipe recipe,
    DatasetChange change,
    long seed,
    int threads,
    Device device,
    Imputation imputation) {

  /** A key that the user left open, as a request records it. */
  static final String OPEN = "validation";

  private static final String PRETRAINED_HASH = "pretrained_sha256";

  /**
   * The request of a run.
   *
   * @param dataset the dataset's name
   * @param sha256 the hash of its content
   * @param split how it is split
   * @param pretrained the hash of the parameters that the model starts from, if it does
   */
  RunRequest request(String dataset, String sha256, String split, @Nullable String pretrained) {
    Map<String, Object> options = new LinkedHashMap<>(Map.of("impute", imputation.label()));
    if (pretrained != null) {
      options.put(PRETRAINED_HASH, pretrained);
    }
    if (!change.isNone()) {
      options.put(change.subject(), change.toString());
    }
    return new RunRequest(
        recipe.model(),
        recipe.recorded(),
        dataset,
        sha256,
        split,
        seed,
        threads,
        device.toString(),
        options,
        new RunRequest.Versions(
            Version.NUMBER,
            Runtime.version().toString(),
            Map.of("libtorch", Engine.LIBTORCH_VERSION)));
  }

  /**
   * Opens a finished run that is this training. The dataset and the run that it started from may be
   * gone.
   *
   * @throws InvalidInputException if it was another one, or is damaged
   */
  RunFolder finished(Path out) throws IOException {
    RunFolder run = RunFolder.open(out);
    RunRequest then = run.request();
    requireSame(then, then.dataset(), then.datasetSha256(), then.split(), null, out);
    UnfinishedRun.deleteCheckpoints(out); // left by a kill in the last moment
    return run;
  }

  /**
   * Refuses a finished run that is not this training on these data. How many threads it took does
   * not matter any more.
   *
   * @param pretrained the hash of the parameters that it would start from now; null: as then
   */
  void requireSame(
      RunRequest then,
      String dataset,
      String sha256,
      String split,
      @Nullable String pretrained,
      Path out) {
    @Nullable Object hash = pretrained != null ? pretrained : then.options().get(PRETRAINED_HASH);
    RunRequest now =
        new AskedTraining(recipe, change, seed, then.threads(), device, imputation)
            .request(dataset, sha256, split, hash == null ? null : String.valueOf(hash));
    then.requireSame(now, out.resolve(RunLayout.REQUEST));
  }
}
