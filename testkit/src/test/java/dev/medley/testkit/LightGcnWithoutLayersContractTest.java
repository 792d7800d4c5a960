package dev.medley.testkit;

import dev.medley.models.LightGcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Bpr;

/** No layer and no penalty: matrix factorisation. */
class LightGcnWithoutLayersContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new LightGcn(new LightGcn.Config(16, 0, 0, Bpr.L2Form.NORM, optimization), input);
  }
}
