package dev.medley.testkit;

import dev.medley.models.Cadmr;
import dev.medley.models.Cadmr.Attention;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;

class CadmrLiteralContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Cadmr(CadmrConfigs.of(Attention.LITERAL, optimization), input);
  }

  /** All that the second phase sees of an item has passed through 8 columns. */
  @Override
  protected double recalled() {
    return 0.5;
  }

  @Override
  protected double lossLeft() {
    return 0.7;
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
