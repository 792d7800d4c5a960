package dev.medley.testkit;

import dev.medley.models.Ials;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class IalsContractTest extends PersonalModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Ials(new Ials.Config(4, null, 1, false, 15, 3), input);
  }
}
