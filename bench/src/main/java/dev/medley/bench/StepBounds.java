package dev.medley.bench;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.models.Batch;
import dev.medley.models.Cadmr;
import dev.medley.models.Dream;
import dev.medley.models.Freedom;
import dev.medley.models.LightGcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
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
    try (Model model = new Dream(Dream.Config.read(settings), input)) {
      print("dream", rates, dream(model, train), model, batches);
    }
    try (Model model = new MrCsaf(MrCsaf.Config.read(settings), input)) {
      print("mr-csaf", rates, mrCsaf(model, train), model, batches);
    }
    try (Cadmr model = new Cadmr(Cadmr.Config.DEFAULT, input)) {
      for (int index = 0; index < model.phases().size(); index++) {
        boolean attends = model.phases().get(index).name().equals("finetune");
        double measured = CadmrStep.fast(model, index, train.items(), 1, 5);
        report(
            "cadmr " + model.phases().get(index).name(),
            measured,
            rates.bound(cadmr(model, index, train, attends)));
      }
    }
  }

  /** Default: two modalities, ID gates, two item convolutions, one user convolution. */
  private static StepCost dream(Model model, Interactions train) {
    double items = train.items();
    double aligned = 1024;
    double similar = 512;
    return StepCost.of(model.parameters().count())
        .sparse(2, 2.0 * train.size(), DIM) // behaviour line
        .sparse(2 * 2, 10 * items, DIM) // items' relation graphs
        .sparse(2, train.size(), DIM) // users' means
        .sparse(2, 10.0 * train.users(), DIM) // users' relation graphs
        .products(2, items, FEATURES, DIM) // frozen features: forward, gradient of W
        .dense(2 * items, DIM, DIM) // gates
        .exponentials(2 * items * DIM)
        .dense(4 * aligned, DIM, aligned) // two domains, users and items
        .exponentials(4 * aligned * aligned)
        .products(1, similar, FEATURES, similar) // originals have no gradient
        .dense(2 * similar, DIM, similar);
  }

  /** Default: two modalities, ID-gated, 256 sampled keys, queries and keys of the features. */
  private static StepCost mrCsaf(Model model, Interactions train) {
    double items = train.items();
    double keys = 256;
    return StepCost.of(model.parameters().count())
        .sparse(2 * 2, 2.0 * train.size(), DIM) // LightGCN of each modality
        .sparse(2 * 2, 10 * items, DIM) // each item graph on each modality
        .products(2, items, FEATURES, DIM) // item embeddings
        .exponentials(2 * items * DIM)
        .products(2, items, FEATURES, DIM) // queries
        .products(2, keys, FEATURES, DIM)
        .dense(2 * keys, DIM, DIM) // values
        .dense(4 * items, DIM, keys) // cross and self: logits
        .dense(4 * items, keys, DIM) // and their sums
        .exponentials(4 * items * keys)
        .dense(items, 2.0 * DIM, 16); // selector
  }

  /** Default: one hidden layer of 500; with attention its part of rank 65. */
  private static StepCost cadmr(Model model, int index, Interactions train, boolean attends) {
    double items = train.items();
    double users = train.users();
    double hidden = 500;
    double rank = DIM + 1;
    Phase.Gradient<?> phase = (Phase.Gradient<?>) model.phases().get(index);
    StepCost cost =
        StepCost.of(phase.parameters().stream().mapToLong(Parameter::count).sum())
            .sparse(1, train.size(), hidden) // first layer and the gradient of its weights
            .sparse(1.5, train.size(), hidden) // observed entries: values, two gradients
            .products(2, items, hidden, hidden) // Gram of H, its gradient
            .products(2, users, hidden, hidden); // Gram of W₂, its gradient
    return attends
        ? cost.products(2, items, FEATURES, DIM)
            .sparse(1, train.size(), DIM)
            .dense(items, DIM, items)
            .dense(items, items, DIM)
            .exponentials(items * items)
            .dense(rank, users, hidden)
            .dense(items, rank, hidden)
            .dense(rank, users, rank)
            .dense(items, rank, rank)
        : cost;
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
      report(name, measured, rates.bound(cost));
    }
  }

  private static void report(String name, double measured, double bound) {
    Timings.print(
        "%-15s step %8.1f ms   bound %8.1f ms   ratio %.2f",
        name, measured, bound, measured / bound);
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
