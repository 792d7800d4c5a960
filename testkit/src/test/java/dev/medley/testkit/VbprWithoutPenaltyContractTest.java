package dev.medley.testkit;

import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Vbpr;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;

/** No penalty. */
class VbprWithoutPenaltyContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Vbpr(new Vbpr.Config(8, 0, Bpr.L2Form.NORM, FeatureScaling.L2, optimization), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
