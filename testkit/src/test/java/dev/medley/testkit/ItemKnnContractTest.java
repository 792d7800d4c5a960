package dev.medley.testkit;

import dev.medley.models.ItemKnn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class ItemKnnContractTest extends PersonalModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new ItemKnn(ItemKnn.Config.DEFAULT, input);
  }
}
