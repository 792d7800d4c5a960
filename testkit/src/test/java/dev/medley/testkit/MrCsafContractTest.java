package dev.medley.testkit;

import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
import dev.medley.models.Optimization;
import dev.medley.models.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;

class MrCsafContractTest {

  /** A configuration for some thirty items: its keys and values in turn. */
  static MrCsaf.Config config(Optimization optimization, String... keysAndValues) {
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    put(given, "dim", "16");
    put(given, "selectorHidden", "3"); // few kinks for finite differences to step over
    put(given, "neighbors", "5");
    put(given, "attentionKeys", "8");
    put(given, "learningRate", Double.toString(optimization.learningRate()));
    put(given, "batchSize", Integer.toString(optimization.batchSize()));
    put(given, "epochs", Integer.toString(optimization.epochs()));
    put(given, "patience", Integer.toString(optimization.patience()));
    for (int k = 0; k < keysAndValues.length; k += 2) {
      put(given, keysAndValues[k], keysAndValues[k + 1]);
    }
    return MrCsaf.Config.read(new Settings(given));
  }

  private static void put(Map<String, Settings.Given> given, String key, String value) {
    given.put(key, new Settings.Given(value, "test"));
  }

  /** What each configuration must pass. */
  abstract static class Contract extends TrainedModelContract {
    private final String[] keysAndValues;
    private final int needed;

    Contract(int needed, String... keysAndValues) {
      this.needed = needed;
      this.keysAndValues = keysAndValues;
    }

    @Override
    protected Model create(ModelInput input, Optimization optimization) {
      return new MrCsaf(config(optimization, keysAndValues), input);
    }

    @Override
    protected int modalitiesNeeded() {
      return needed;
    }
  }

  @Nested
  class Default extends Contract {
    Default() {
      super(1);
    }
  }

  @Nested
  class Paper extends Contract {
    Paper() {
      super(
          1,
          "itemEmbedding",
          "projected",
          "freezeFeatures",
          "false",
          "featureScaling",
          "raw",
          "attentionInput",
          "embeddings",
          "attentionKeys",
          "all",
          "fusion",
          "linear",
          "loss",
          "per-modality",
          "edgeDropout",
          "0.2");
    }

    @Override
    protected Optimization overfitting() {
      return new Optimization(0.01, 32, 300, 1, 301);
    }
  }

  @Nested
  class ColumnAxisAllKeysRawFeatures extends Contract {
    ColumnAxisAllKeysRawFeatures() {
      super(
          1,
          "selectorAxis",
          "column",
          "attentionKeys",
          "all",
          "featureScaling",
          "raw",
          "omega",
          "0");
    }
  }

  @Nested
  class Cam extends Contract {
    Cam() {
      super(2, "variant", "cam");
    }
  }
}
