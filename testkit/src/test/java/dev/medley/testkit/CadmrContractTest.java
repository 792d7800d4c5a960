package dev.medley.testkit;

import dev.medley.models.Cadmr;
import dev.medley.models.Cadmr.Attention;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class CadmrContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Cadmr(CadmrConfigs.of(Attention.RESIDUAL, optimization), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
