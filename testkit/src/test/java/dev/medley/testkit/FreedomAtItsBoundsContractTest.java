package dev.medley.testkit;

import dev.medley.models.Freedom;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalityWeights;

/** No layer, one neighbour, hardly an edge dropped, no loss on projected features. */
class FreedomAtItsBoundsContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Freedom(
        new Freedom.Config(
            16, 0, 1, ModalityWeights.AUTO, 1e-9, 0, false, FeatureScaling.RAW, optimization),
        input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
