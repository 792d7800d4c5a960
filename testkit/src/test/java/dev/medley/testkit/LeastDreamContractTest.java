package dev.medley.testkit;

import dev.medley.models.Dream;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class LeastDreamContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Dream(DreamConfigs.least(optimization), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
