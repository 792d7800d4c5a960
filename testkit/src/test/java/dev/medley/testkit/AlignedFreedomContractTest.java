package dev.medley.testkit;

import dev.medley.models.Duality;
import dev.medley.models.Freedom;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Alignment;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalityWeights;

class AlignedFreedomContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Freedom(
        new Freedom.Config(
            16,
            2,
            5,
            ModalityWeights.AUTO,
            0.2,
            1e-3,
            false,
            FeatureScaling.ZSCORE,
            new Duality(new Alignment(Alignment.Form.INFONCE, 0.2), 0.01, 0.01, 0.1),
            optimization),
        input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
