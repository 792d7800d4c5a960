package dev.medley.testkit;

import dev.medley.models.Ease;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class EaseContractTest extends PersonalModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Ease(Ease.Config.DEFAULT, input);
  }
}
