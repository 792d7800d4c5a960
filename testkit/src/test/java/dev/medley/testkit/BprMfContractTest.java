package dev.medley.testkit;

import dev.medley.models.BprMf;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Bpr;

class BprMfContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new BprMf(new BprMf.Config(16, 1e-3, Bpr.L2Form.NORM, optimization), input);
  }
}
