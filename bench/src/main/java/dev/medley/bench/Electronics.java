package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.Cadmr;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
import dev.medley.models.Phase;
import dev.medley.models.Settings;
import dev.medley.models.SparseEase;
import dev.medley.runs.PeakMemory;
import dev.medley.training.Checkpoints;
import dev.medley.training.StepRule;
import dev.medley.training.Trainer;
import dev.medley.training.TrainingResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One epoch, or one closed-form fit, at the size of Amazon Electronics: 192,403 × 63,001, 1.69 M
 * interactions, random features of 4096 and 384 numbers. {@code electronics
 * cadmr|mr-csaf|sparse-ease [THREADS] [GRAPHS]}, each in a process of its own, for its memory;
 * neighbour graphs are kept in the folder GRAPHS where one is given. MR-CSAF goes through the loop
 * with its sampled keys, and besides takes one step with all keys.
 */
final class Electronics {
  private static final int USERS = 192_403;
  private static final int ITEMS = 63_001;
  private static final int INTERACTIONS = 1_689_188;

  /** Pairs a step: at this size most of a step's work does not depend on their number. */
  private static final int BATCH = 65_536;

  private Electronics() {}

  static void run(String... arguments) throws Exception {
    String name = arguments.length > 0 ? arguments[0] : "";
    int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    NeighborGraphs graphs =
        arguments.length > 2
            ? NeighborGraphs.cachedIn(Path.of(arguments[2]))
            : NeighborGraphs.uncached();
    Engine.start(threads);
    Interactions train = Generated.interactions(USERS, ITEMS, INTERACTIONS, new Seed(1));
    TrainingView data =
        new TrainingView(
            train,
            List.of(
                new Generated.Features("image", ITEMS, 4096),
                new Generated.Features("text", ITEMS, 384)));
    Timings.print(
        "%s, %d users, %d items, %d interactions, features 4096 and 384, threads %d",
        name, USERS, ITEMS, train.size(), threads);
    switch (name) {
      case "cadmr" -> cadmr(data);
      case "mr-csaf" -> mrCsaf(data, graphs);
      case "sparse-ease" -> sparseEase(data);
      default ->
          throw new InvalidInputException(
              "electronics: expected cadmr, mr-csaf or sparse-ease, got '" + name + "'");
    }
  }

  private static void cadmr(TrainingView data) throws Exception {
    try (Cadmr model = new Cadmr(Cadmr.Config.DEFAULT, ModelInput.of(data, new Seed(1)))) {
      for (int phase = 0; phase < model.phases().size(); phase++) {
        double millis = CadmrStep.fast(model, phase, ITEMS, 0, 1);
        print(model.phases().get(phase).name() + ", one epoch", millis / 1000);
      }
    }
  }

  private static void mrCsaf(TrainingView data, NeighborGraphs graphs) throws Exception {
    long begin = System.nanoTime();
    try (MrCsaf model = new MrCsaf(config("256"), input(data, graphs));
        Checkpoints kept = Checkpoints.inMemory()) {
      print("model with its item graphs", seconds(begin));
      Evaluator validation =
          Evaluator.builder(data.train(), Generated.heldOut(data.train(), new Seed(3))).build();
      TrainingResult result =
          new Trainer(
                  model, data, new Seed(1), validation::accuracy, kept, StepRule.PLAIN, List.of())
              .run();
      print("one epoch of 26 steps, 256 keys", given(result.secondsPerEpoch()));
      print("one exact evaluation, all keys", given(result.secondsPerEvaluation()));
    }
    try (MrCsaf model = new MrCsaf(config("all"), input(data, graphs));
        ModelStep steps = new ModelStep((Phase.Gradient<?>) model.phases().get(0))) {
      var batch = PairBatches.of(data.train(), BATCH, 1);
      long start = System.nanoTime();
      steps.step(batch.get(0));
      print("one step, attentionKeys=all", seconds(start));
    }
  }

  private static ModelInput input(TrainingView data, NeighborGraphs graphs) {
    ModelInput input = ModelInput.of(data, new Seed(1));
    return new ModelInput(input.data(), input.seed(), input.imputation(), graphs);
  }

  private static void sparseEase(TrainingView data) throws Exception {
    for (double l2 : new double[] {1000, 100}) { // the smaller, the more steps
      SparseEase.Config config = new SparseEase.Config(l2, SparseEase.Config.DEFAULT.neighbors());
      try (SparseEase model = new SparseEase(config, ModelInput.of(data, new Seed(1)))) {
        Phase.ClosedForm phase = (Phase.ClosedForm) model.phases().get(0);
        double millis = Timings.median(0, 1, () -> phase.candidates().get(0).fit().run());
        print("fit, lambda %.0f".formatted(l2), millis / 1000);
      }
    }
  }

  private static MrCsaf.Config config(String keys) {
    return MrCsaf.Config.read(
        new Settings(
            Map.of(
                "attentionKeys", new Settings.Given(keys, "bench"),
                "batchSize", new Settings.Given(Integer.toString(BATCH), "bench"),
                "epochs", new Settings.Given("1", "bench"))));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double given(@Nullable Double seconds) {
    return seconds == null ? Double.NaN : seconds;
  }

  private static void print(String what, double seconds) {
    Timings.print(
        "  %-32s %9.1f s   peak memory so far %6.0f MiB",
        what, seconds, PeakMemory.mebibytes().orElse(Double.NaN));
  }
}
