package dev.medley.bench;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.Freedom;
import dev.medley.models.ModelInput;
import dev.medley.models.Settings;
import dev.medley.runs.PeakMemory;
import dev.medley.training.Checkpoints;
import dev.medley.training.StepRule;
import dev.medley.training.Trainer;
import dev.medley.training.TrainingResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * FREEDOM at Baby's size with random features of 4096 and 384 numbers, through the real loop:
 * {@code freedom learnable} or {@code freedom frozen}, each in a process of its own, for its
 * memory. One thread. The reference takes 29.2 s an epoch, 2.9 s a validation pass and 1,266 MB.
 */
final class FreedomEpoch {
  private static final double REFERENCE_EPOCH = 29.2;
  private static final double REFERENCE_PASS = 2.9;
  private static final double REFERENCE_MB = 1266;

  private FreedomEpoch() {}

  static void run(String... arguments) throws Exception {
    boolean frozen = arguments.length > 0 && arguments[0].equals("frozen");
    Engine.start(1);
    Interactions train = Generated.baby();
    List<FeatureMatrix> features =
        List.of(
            new Generated.Features("image", train.items(), 4096),
            new Generated.Features("text", train.items(), 384));
    TrainingView data = new TrainingView(train, features);
    Evaluator validation = Evaluator.builder(train, Generated.heldOut(train, new Seed(3))).build();
    Freedom.Config config =
        Freedom.Config.read(
            new Settings(
                Map.of(
                    "freezeFeatures", new Settings.Given(Boolean.toString(frozen), "bench"),
                    "batchSize", new Settings.Given("2048", "bench"),
                    "edgeDropout", new Settings.Given("0.8", "bench"),
                    "epochs", new Settings.Given("4", "bench"))));
    Path checkpoints = Files.createTempDirectory("medley-bench");
    try (Freedom model = new Freedom(config, ModelInput.of(data, new Seed(1)));
        Checkpoints kept = Checkpoints.in(checkpoints)) {
      Trainer trainer =
          new Trainer(
              model, data, new Seed(1), validation::accuracy, kept, StepRule.PLAIN, List.of());
      TrainingResult result = trainer.run();
      double epoch = seconds(result.secondsPerEpoch());
      double pass = seconds(result.secondsPerEvaluation());
      double peak = PeakMemory.mebibytes().orElse(Double.NaN);
      Timings.print(
          "FREEDOM, %s features, Baby's size, edges pruned by 0.8, batch 2048, one thread",
          frozen ? "frozen" : "learnable");
      Timings.print(
          "  epoch            %7.2f s    the reference's %.1f s is %.1f times as long",
          epoch, REFERENCE_EPOCH, REFERENCE_EPOCH / epoch);
      Timings.print("  validation pass  %7.2f s    the reference's: %.1f s", pass, REFERENCE_PASS);
      Timings.print(
          "  peak memory      %7.0f MiB  %.2f of the reference's %.0f MB",
          peak, peak / REFERENCE_MB, REFERENCE_MB);
    } finally {
      try (var files = Files.list(checkpoints)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(checkpoints);
    }
  }

  private static double seconds(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
