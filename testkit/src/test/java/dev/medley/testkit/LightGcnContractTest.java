package dev.medley.testkit;

import dev.medley.models.LightGcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Bpr;

class LightGcnContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new LightGcn(new LightGcn.Config(16, 2, 1e-3, Bpr.L2Form.SQUARED, optimization), input);
  }
}
