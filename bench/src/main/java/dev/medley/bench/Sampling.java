package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.models.Batch;
import dev.medley.models.LightGcn;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.Sampler;
import dev.medley.training.Batches;
import java.util.List;

/** The share of a LightGCN epoch at Baby's size that goes into drawing its batches. One thread. */
final class Sampling {

  private Sampling() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    Interactions train = Generated.baby();
    LightGcn.Config config = LightGcn.Config.DEFAULT;
    Batches batches = new Batches(train);
    Sampler<Batch.Pairs> sampler =
        new Sampler.PairsWithNegatives(config.optimization().batchSize());
    try (LightGcn model =
            new LightGcn(config, ModelInput.of(new TrainingView(train, List.of()), new Seed(1)));
        ModelStep step = new ModelStep((Phase.Gradient<?>) model.phases().get(0))) {
      int[] drawn = {0};
      double[] medians =
          Timings.medians(
              3,
              9,
              () ->
                  batches.forEach(sampler, new Seed(2).stream(), batch -> drawn[0] += batch.size()),
              () -> batches.forEach(sampler, new Seed(2).stream(), step::step));
      Timings.print(
          "an epoch of LightGCN, %d interactions, batch %d, one thread",
          train.size(), sampler.batchSize());
      Timings.print("  drawing batches and negatives  %8.1f ms", medians[0]);
      Timings.print("  the whole epoch                %8.1f ms", medians[1]);
      Timings.print("  share                          %8.2f %%", 100 * medians[0] / medians[1]);
    }
  }
}
