package dev.medley.testkit;

import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Popular;

class PopularContractTest extends ModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Popular(Popular.Config.DEFAULT, input);
  }
}
