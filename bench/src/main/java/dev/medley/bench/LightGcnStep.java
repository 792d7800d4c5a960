package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.models.Batch;
import dev.medley.models.LightGcn;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.blocks.Bpr;
import dev.medley.testkit.LiteralLightGcnStep;
import dev.medley.testkit.LiteralPropagation;
import java.util.List;

/** A LightGCN step at Baby's size against COO and CSR autograd with Adam. One thread. */
final class LightGcnStep {
  private static final int ROUNDS = 40;

  private LightGcnStep() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    Interactions train = Generated.baby();
    LightGcn.Config config = new LightGcn.Config(64, 2, 1e-4, Bpr.L2Form.NORM, Optimization.COMMON);
    Seed seed = new Seed(1);
    List<Batch.Pairs> batches = PairBatches.of(train, Optimization.COMMON.batchSize(), 16);
    int[] next = new int[3];
    try (LightGcn model =
            new LightGcn(config, ModelInput.of(new TrainingView(train, List.of()), seed));
        ModelStep fast = new ModelStep((Phase.Gradient<?>) model.phases().get(0));
        LiteralLightGcnStep coo =
            new LiteralLightGcnStep(config, train, LiteralPropagation.Form.COO, seed);
        LiteralLightGcnStep csr =
            new LiteralLightGcnStep(config, train, LiteralPropagation.Form.CSR, seed)) {
      double[] medians =
          Timings.medians(
              10,
              ROUNDS,
              () -> fast.step(batches.get(next[0]++ % batches.size())),
              () -> coo.step(batches.get(next[1]++ % batches.size())),
              () -> csr.step(batches.get(next[2]++ % batches.size())));
      Timings.print(
          "LightGCN step, %d nodes, %d interactions, d 64, 2 layers, batch %d, one thread",
          train.users() + train.items(), train.size(), Optimization.COMMON.batchSize());
      Timings.print("  this code            %7.1f ms", medians[0]);
      Timings.print(
          "  COO autograd + Adam  %7.1f ms  %.1f times as long",
          medians[1], medians[1] / medians[0]);
      Timings.print(
          "  CSR autograd + Adam  %7.1f ms  %.1f times as long",
          medians[2], medians[2] / medians[0]);
    }
  }
}
