package dev.medley.testkit;

import dev.medley.models.Cadmr;
import dev.medley.models.Cadmr.Attention;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.TotalCorrelation;

class CadmrKernelContractTest extends TrainedModelContract {
  @Override
  protected Model create(ModelInput input, Optimization optimization) {
    return new Cadmr(
        CadmrConfigs.of(
            Attention.RESIDUAL,
            KernelWeights.Kernel.LOCAL,
            2,
            TotalCorrelation.Estimator.MINIBATCH_WEIGHTED,
            optimization),
        input);
  }

  @Override
  protected int modalitiesNeeded() {
    return 1;
  }
}
