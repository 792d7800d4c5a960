package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetChange;
import dev.medley.models.Settings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code compare} trains: a model, with a changed dataset or other hyperparameters where that
 * is written behind it, as {@code dream}, {@code dream:s3Weight=0:layers=3} or {@code
 * dream@permuted-image}.
 *
 * @param name as written, the label of its row and part of its runs' folders
 * @param recipe the model and its hyperparameters
 * @param change of the dataset
 */
record Variant(String name, Models.Recipe recipe, DatasetChange change) {

  /**
   * Reads {@code MODEL[@CHANGE][:KEY=VALUE]…}.
   *
   * @throws InvalidInputException if it is not of this form, or the model refuses it
   */
  static Variant parse(String text) {
    List<String> parts = Arrays.asList(text.split(":", -1));
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    for (String pair : parts.subList(1, parts.size())) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new InvalidInputException(
            "--models: expected MODEL[@CHANGE][:KEY=VALUE]…, got '" + text + "'");
      }
      given.put(
          pair.substring(0, equals), new Settings.Given(pair.substring(equals + 1), "--models"));
    }
    int at = parts.get(0).indexOf('@');
    String model = at < 0 ? parts.get(0) : parts.get(0).substring(0, at);
    DatasetChange change =
        at < 0 ? DatasetChange.NONE : DatasetChange.parse(parts.get(0).substring(at + 1));
    return new Variant(text, Models.named(model).recipe(new Settings(given)), change);
  }
}
