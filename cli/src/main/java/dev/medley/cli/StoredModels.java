package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.TensorFile;
import dev.medley.models.Cadmr;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Settings;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunLayout;
import dev.medley.runs.RunRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A run's model, made again from its request. */
public final class StoredModels {

  private StoredModels() {}

  /**
   * The model with the run's parameters; the caller closes it.
   *
   * @param part which part of the run, as {@code members/NAME/}; empty for the run itself
   * @param dataset whose features and texts it sees
   * @param train the interactions it sees, not always the dataset's own
   */
  public static Model read(
      RunFolder run, String part, Dataset dataset, Interactions train, NeighborGraphs graphs)
      throws IOException {
    Model model = make(run.request(part), dataset, train, graphs);
    try {
      TensorFile.readInto(run.file(part + RunLayout.PARAMETERS), model.parameters().tensors());
      return model;
    } catch (IOException | RuntimeException failure) {
      model.close();
      throw failure;
    }
  }

  /** The model at its start; the caller closes it. */
  static Model make(
      RunRequest request, Dataset dataset, Interactions train, NeighborGraphs graphs) {
    Map<String, Settings.Given> settings = new LinkedHashMap<>();
    request
        .hyperparameters()
        .forEach((key, value) -> settings.put(key, new Settings.Given(value.toString(), "run")));
    Settings.Given earlier = settings.remove(Cadmr.PRETRAINED); // the run has all parameters
    if (earlier != null && !earlier.text().isEmpty()) {
      settings.put("pretrainEpochs", new Settings.Given("0", "run"));
    }
    TrainingView view = new TrainingView(train, dataset.features(), dataset.descriptions());
    Object impute = request.options().getOrDefault("impute", Imputation.ZERO.label());
    ModelInput input =
        new ModelInput(
            view,
            new Seed(request.seed()).child("model"),
            Imputation.parse(impute.toString()),
            graphs);
    return Models.named(request.model()).recipe(new Settings(settings)).create().apply(input);
  }
}
