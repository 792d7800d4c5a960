package dev.medley.bench;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.models.Batch;
import dev.medley.models.Freedom;
import dev.medley.models.LightGcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A training step of each model at Baby's size, features of 4096 and 384 numbers, beside its bound:
 * what its products, exponentials and optimiser take at the rates measured in this run. Defaults,
 * but batches of 2,048. One thread.
 */
final class StepBounds {
  private static final int BATCH = 2048;
  private static final int FEATURES = 4096 + 384;
  private static final int DIM = 64;

  private StepBounds() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    Rates rates = Rates.measure();
    rates.print();
    Interactions train = Generated.baby();
    List<FeatureMatrix> features =
        List.of(
            new Generated.Features("image", train.items(), 4096),
            new Generated.Features("text", train.items(), 384));
    ModelInput input = ModelInput.of(new TrainingView(train, features), new Seed(1));
    List<Batch.Pairs> batches = PairBatches.of(train, BATCH, 16);
    Settings settings =
        new Settings(Map.of("batchSize", new Settings.Given(Integer.toString(BATCH), "bench")));
    double entries = 2.0 * train.size();
    try (Model model = new LightGcn(LightGcn.Config.read(settings), input)) {
      StepCost cost = StepCost.of(model.parameters().count()).sparse(2, entries, DIM);
      print("lightgcn", rates, cost, model, batches);
    }
    double rows = distinctItems(batches);
    try (Model model = new Freedom(Freedom.Config.read(settings), input)) {
      StepCost cost =
          StepCost.of(model.parameters().count())
              .sparse(2, entries, DIM)
              .sparse(1, 20.0 * train.items(), DIM)
              .dense(rows, FEATURES, DIM);
      print("freedom", rates, cost, model, batches);
    }
  }

  private static void print(
      String name, Rates rates, StepCost cost, Model model, List<Batch.Pairs> batches)
      throws Exception {
    Phase.Gradient<?> phase = (Phase.Gradient<?>) model.phases().get(0);
    phase.epochStart().prepare(1, new Seed(1).stream());
    int[] next = {0};
    try (ModelStep step = new ModelStep(phase)) {
      double measured =
          Timings.median(3, 15, () -> step.step(batches.get(next[0]++ % batches.size())));
      double bound = rates.bound(cost);
      Timings.print(
          "%-12s step %8.1f ms   bound %8.1f ms   ratio %.2f",
          name, measured, bound, measured / bound);
    }
  }

  /** Of a batch, on average: each is projected once. */
  private static double distinctItems(List<Batch.Pairs> batches) {
    return batches.stream()
        .mapToLong(
            batch -> {
              int[] both = Arrays.copyOf(batch.positives(), 2 * batch.size());
              System.arraycopy(batch.negatives(), 0, both, batch.size(), batch.size());
              return Arrays.stream(both).distinct().count();
            })
        .average()
        .orElse(0);
  }
}
