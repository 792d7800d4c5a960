package dev.medley.testkit;

import dev.medley.models.ItemKnnFeatures;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.FeatureScaling;

class ItemKnnFeaturesContractTest extends PersonalModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new ItemKnnFeatures(new ItemKnnFeatures.Config(12, 1, FeatureScaling.RAW), input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
