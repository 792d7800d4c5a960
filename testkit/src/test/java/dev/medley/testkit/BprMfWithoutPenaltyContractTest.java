package dev.medley.testkit;

import dev.medley.models.BprMf;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Bpr;

/** No penalty. */
class BprMfWithoutPenaltyContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new BprMf(new BprMf.Config(16, 0, Bpr.L2Form.SQUARED, optimization), input);
  }
}
