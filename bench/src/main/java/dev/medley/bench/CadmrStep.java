package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Adam;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.Cadmr;
import dev.medley.models.Loss;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.runs.PeakMemory;
import dev.medley.testkit.LiteralCadmr;
import dev.medley.training.StepRule;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * CADMR's steps at Baby's size, in its own form and on dense matrices with autograd. One thread.
 *
 * <p>{@code cadmr-step [fast]}: {@code fast} leaves the dense form out.
 */
final class CadmrStep {
  private static final int ROUNDS = 5;

  private CadmrStep() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    List<String> given = List.of(arguments);
    Interactions train = Generated.baby();
    TrainingView data = view(train);
    ModelInput input = ModelInput.of(data, new Seed(1));
    try (Cadmr model = new Cadmr(Cadmr.Config.DEFAULT, input)) {
      double[] fast = new double[model.phases().size()];
      for (int phase = 0; phase < fast.length; phase++) {
        fast[phase] = fast(model, phase, train.items(), 1, ROUNDS);
      }
      Timings.print(
          "CADMR, %d users, %d items, %d interactions, features 4096 and 384, one thread",
          train.users(), train.items(), train.size());
      for (int phase = 0; phase < fast.length; phase++) {
        Timings.print("  %-9s this code   %9.0f ms", model.phases().get(phase).name(), fast[phase]);
      }
      Timings.print("  peak memory so far    %9.0f MiB", PeakMemory.mebibytes().orElse(Double.NaN));
      if (given.contains("fast")) {
        return;
      }
      try (LiteralCadmr literal = new LiteralCadmr(Cadmr.Config.DEFAULT, data, Precision.FLOAT)) {
        for (int phase = 0; phase < fast.length; phase++) {
          boolean attending = model.phases().get(phase).name().equals("finetune");
          double slow = slow(model, literal, phase, attending);
          Timings.print(
              "  %-9s dense form  %9.0f ms  %.1f times as long",
              model.phases().get(phase).name(), slow, slow / fast[phase]);
        }
      }
    }
  }

  private static TrainingView view(Interactions train) {
    return new TrainingView(
        train,
        List.of(
            new Generated.Features("image", train.items(), 4096),
            new Generated.Features("text", train.items(), 384)));
  }

  @SuppressWarnings("unchecked") // its phases are on rows of items
  static double fast(Cadmr model, int index, int items, int warmup, int rounds) throws Exception {
    Phase.Gradient<Batch.ItemRows> phase =
        (Phase.Gradient<Batch.ItemRows>) model.phases().get(index);
    Batch.ItemRows all = new Batch.ItemRows(IntStream.range(0, items).toArray());
    phase.epochStart().prepare(1, new Seed(1).stream());
    try (Adam adam = new Adam(phase.adam(), phase.parameters())) {
      return Timings.median(warmup, rounds, () -> step(() -> phase.loss().apply(all), adam));
    } finally {
      model.parameters().all().forEach(Parameter::clearGradient);
    }
  }

  private static double slow(Cadmr model, LiteralCadmr literal, int index, boolean attending)
      throws Exception {
    Phase.Gradient<?> phase = (Phase.Gradient<?>) model.phases().get(index);
    double l2 = Cadmr.Config.DEFAULT.autoencoder().l2();
    try (Adam adam = new Adam(phase.adam(), phase.parameters())) {
      return Timings.median(
          0,
          1,
          () ->
              step(
                  () -> {
                    var tensors = model.parameters().tensors();
                    return Loss.of("mse", literal.error(tensors, attending))
                        .plus("l2", l2, literal.penalty(tensors));
                  },
                  adam));
    } finally {
      model.parameters().all().forEach(Parameter::clearGradient);
    }
  }

  private static void step(Supplier<Loss> loss, Adam adam) {
    try (Scope scope = Scope.open()) {
      StepRule.PLAIN.step(loss, value -> value.total().item().toDouble(), adam, 1);
    }
  }
}
