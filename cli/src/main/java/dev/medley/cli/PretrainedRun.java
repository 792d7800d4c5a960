package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors;
import dev.medley.models.Pretrained;
import dev.medley.models.Settings;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunLayout;
import dev.medley.runs.RunRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The finished run whose parameters a model starts from: {@code --set pretrained=RUN}.
 *
 * @param run the run
 * @param sha256 the hash of its parameters, which the new run records
 */
record PretrainedRun(RunFolder run, String sha256) {
  private static final String KEY = "pretrained";
  private static final List<String> FORM =
      List.of("kernel", "hiddenLayers", "hiddenDim", "activation", "inputScaling");

  /**
   * The run that the settings name, or null where they name none.
   *
   * @throws InvalidInputException if there is no such finished run of the model, or it learned from
   *     other interactions: those might be held out now
   */
  static @Nullable PretrainedRun of(String model, Settings settings, Dataset dataset)
      throws IOException {
    if (!(settings.resolved().get(KEY) instanceof String path) || path.isEmpty()) {
      return null;
    }
    RunFolder run;
    try {
      run = RunFolder.openUnverified(Path.of(path));
    } catch (InvalidInputException refused) {
      throw new InvalidInputException(KEY + ": " + refused.getMessage(), refused);
    }
    RunRequest request = run.summary().request();
    if (!request.model().equals(model)) {
      throw new InvalidInputException(
          "%s: expected a run of %s, got %s of %s; choose a run of the same model"
              .formatted(KEY, model, path, request.model()));
    }
    if (!request.datasetSha256().equals(dataset.contentHash())
        || !request.split().equals(dataset.split())) {
      throw new InvalidInputException(
          "%s: expected a run on the same dataset with the split %s, got %s on %s with the split %s; its training may have seen what is held out now"
              .formatted(KEY, dataset.split(), path, request.dataset(), request.split()));
    }
    for (String key : FORM) {
      String expected = String.valueOf(settings.resolved().get(key));
      String got = String.valueOf(request.hyperparameters().get(key));
      boolean has = request.hyperparameters().containsKey(key); // else its parameters are refused
      if (has && !expected.equals(got)) {
        throw new InvalidInputException(
            "%s: expected a run with %s=%s as asked for now, got %s with %s; choose another run or set it alike"
                .formatted(KEY, key, expected, path, got));
      }
    }
    String sha256 = run.summary().files().get(RunLayout.PARAMETERS);
    if (sha256 == null) {
      throw new InvalidInputException(
          "%s: expected a run with the file %s, got %s without it"
              .formatted(KEY, RunLayout.PARAMETERS, path));
    }
    return new PretrainedRun(run, sha256);
  }

  /** Its parameters, read into memory after their checksum was found right. */
  Pretrained read() throws IOException {
    Map<String, Pretrained.Values> values = new LinkedHashMap<>();
    try (Safetensors stored = Safetensors.open(run.file(RunLayout.PARAMETERS))) {
      for (Safetensors.Entry entry : stored.entries()) {
        values.put(entry.name(), new Pretrained.Values(entry.shape(), stored.floats(entry.name())));
      }
    }
    return new Pretrained(run.folder().toString(), values);
  }
}
