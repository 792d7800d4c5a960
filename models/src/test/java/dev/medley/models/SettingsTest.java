package dev.medley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static Settings given(String... keysAndValues) {
    Map<String, Settings.Given> given = new HashMap<>();
    for (int k = 0; k < keysAndValues.length; k += 2) {
      given.put(keysAndValues[k], new Settings.Given(keysAndValues[k + 1], "--set"));
    }
    return new Settings(given);
  }

  private static void refused(String key, String value, Consumer<Settings> read, String message) {
    assertThatThrownBy(() -> read.accept(given(key, value)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }

  @Test
  void anUnknownKeyIsRefusedWithTheNearestOne() {
    Settings settings = given("learningrate", "0.1");
    LightGcn.Config.read(settings);
    assertThatThrownBy(() -> settings.refuseUnknown("lightgcn"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--set: model lightgcn has no hyperparameter 'learningrate'; did you mean 'learningRate'?");
  }

  @Test
  void givenKeysAreReadAndTheOthersTakeTheirDefaults() {
    Settings settings = given("layers", " 3 ", "l2", "1e-2", "l2Form", "squared");
    LightGcn.Config config = LightGcn.Config.read(settings);
    settings.refuseUnknown("lightgcn");
    assertThat(config)
        .isEqualTo(
            new LightGcn.Config(
                64, 3, 0.01, Bpr.L2Form.SQUARED, LightGcn.Config.DEFAULT.optimization()));
    assertThat(settings.resolved())
        .containsEntry("layers", 3)
        .containsEntry("l2", 0.01)
        .containsEntry("l2Form", "squared")
        .containsEntry("dim", 64)
        .containsEntry("patience", 20);
  }

  @Test
  void nothingGivenIsTheDefaultOfEveryModel() {
    assertThat(LightGcn.Config.read(Settings.none())).isEqualTo(LightGcn.Config.DEFAULT);
    assertThat(BprMf.Config.read(Settings.none())).isEqualTo(BprMf.Config.DEFAULT);
    assertThat(Vbpr.Config.read(Settings.none())).isEqualTo(Vbpr.Config.DEFAULT);
    assertThat(Freedom.Config.read(Settings.none())).isEqualTo(Freedom.Config.DEFAULT);
    assertThat(ItemKnn.Config.read(Settings.none())).isEqualTo(ItemKnn.Config.DEFAULT);
    assertThat(ItemKnnFeatures.Config.read(Settings.none()))
        .isEqualTo(ItemKnnFeatures.Config.DEFAULT);
    assertThat(Popular.Config.read(Settings.none())).isEqualTo(Popular.Config.DEFAULT);
  }

  @Test
  void everyKeyOfAModelCanBeGiven() {
    Settings settings =
        given(
            "dim", "8",
            "layers", "1",
            "neighbors", "4",
            "modalityWeights", "image=0.3,text=0.7",
            "edgeDropout", "0",
            "omega", "0.5",
            "freezeFeatures", "true",
            "featureScaling", "zscore-l2",
            "learningRate", "0.02",
            "batchSize", "10",
            "epochs", "3",
            "evaluateEvery", "2",
            "patience", "5");
    Freedom.Config config = Freedom.Config.read(settings);
    settings.refuseUnknown("freedom");
    assertThat(config.featureScaling()).isEqualTo(FeatureScaling.ZSCORE_L2);
    assertThat(config.freezeFeatures()).isTrue();
    assertThat(config.modalityWeights().text()).isEqualTo("image=0.3,text=0.7");
    assertThat(config.optimization()).isEqualTo(new Optimization(0.02, 10, 3, 2, 5));
  }

  @Test
  void valuesOfTheWrongKindAreRefused() {
    Consumer<Settings> lightGcn = LightGcn.Config::read;
    refused(
        "dim", "6.5", lightGcn, "--set: hyperparameter dim: expected a whole number, got '6.5'");
    refused("l2", "big", lightGcn, "--set: hyperparameter l2: expected a number, got 'big'");
    refused("l2", "NaN", lightGcn, "--set: hyperparameter l2: expected a number, got 'NaN'");
    refused(
        "l2Form",
        "Norm",
        lightGcn,
        "--set: hyperparameter l2Form: expected norm or squared, got 'Norm'");
    refused(
        "freezeFeatures",
        "yes",
        Freedom.Config::read,
        "--set: hyperparameter freezeFeatures: expected true or false, got 'yes'");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    Consumer<Settings> freedom = Freedom.Config::read;
    refused("dim", "0", freedom, "dim: expected a whole number of at least 1, got 0");
    refused("layers", "-1", freedom, "layers: expected a whole number of at least 0, got -1");
    refused("edgeDropout", "1", freedom, "edgeDropout: expected a number in [0, 1), got 1");
    refused("edgeDropout", "-0.1", freedom, "edgeDropout: expected a number in [0, 1), got -0.1");
    refused("omega", "-1", freedom, "omega: expected a number of at least 0, got -1");
    refused("learningRate", "0", freedom, "learningRate: expected a number above 0, got 0");
    refused("patience", "0", freedom, "patience: expected a whole number of at least 1, got 0");
    refused("neighbors", "0", freedom, "neighbors: expected a whole number of at least 1, got 0");
    refused(
        "shrink", "-1", ItemKnn.Config::read, "shrink: expected a number of at least 0, got -1");
  }

  @Test
  void anOpenKeyIsRecordedAsOpen() {
    Settings settings = given("shrink", "5");
    ItemKnn.Config config = ItemKnn.Config.read(settings);
    assertThat(config).isEqualTo(new ItemKnn.Config(null, 5.0));
    assertThat(settings.resolved()).containsEntry("neighbors", null).containsEntry("shrink", 5.0);
  }
}
