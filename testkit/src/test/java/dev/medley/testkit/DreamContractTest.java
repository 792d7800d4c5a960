package dev.medley.testkit;

import dev.medley.models.Dream;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class DreamContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Dream(DreamConfigs.usual(optimization), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
