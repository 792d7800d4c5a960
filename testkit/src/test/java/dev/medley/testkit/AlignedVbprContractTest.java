package dev.medley.testkit;

import dev.medley.models.Duality;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Vbpr;
import dev.medley.models.blocks.Alignment;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;

class AlignedVbprContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Vbpr(
        new Vbpr.Config(
            8,
            1e-3,
            Bpr.L2Form.NORM,
            FeatureScaling.ZSCORE,
            new Duality(new Alignment(Alignment.Form.INFONCE, 0.2), 0.01, 0.01, 0.1),
            optimization),
        input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
