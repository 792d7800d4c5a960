package dev.medley.testkit;

import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Vbpr;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;

class VbprContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Vbpr(
        new Vbpr.Config(8, 1e-3, Bpr.L2Form.NORM, FeatureScaling.ZSCORE, optimization), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
