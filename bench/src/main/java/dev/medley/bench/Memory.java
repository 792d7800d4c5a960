package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.LightGcn;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Resident memory over 5,000 LightGCN steps at tiktok's size, and live native handles. */
final class Memory {
  private static final int STEPS = 5_000;
  private static final int EVERY = 500;

  /**
   * What was measured.
   *
   * @param resident MiB after every 500 steps
   * @param before live handles before the model was made
   * @param after live handles after it was closed
   */
  record Readings(List<Double> resident, long before, long after) {

    /** MiB after the first 500 steps. */
    double first() {
      return resident.get(0);
    }

    /** MiB after all steps. */
    double last() {
      return resident.get(resident.size() - 1);
    }

    /** MiB per 1,000 steps over the last half. */
    double slope() {
      return Memory.slope(resident);
    }
  }

  private Memory() {}

  static void run(String... arguments) throws Exception {
    Readings readings = measure();
    Timings.print(
        "growth from step %d to %d: %+.1f MiB", EVERY, STEPS, readings.last() - readings.first());
    Timings.print("slope over the last half: %+.2f MiB per 1,000 steps", readings.slope());
    Timings.print("live handles: %d before, %d after", readings.before(), readings.after());
  }

  /** Takes the steps and prints each reading. */
  static Readings measure() throws Exception {
    Engine.start(1);
    long before = Scope.liveHandles();
    Interactions train = Generated.interactions(9_308, 6_710, 59_541, new Seed(1));
    List<Batch.Pairs> batches = PairBatches.of(train, 2048, 16);
    List<Double> resident = new ArrayList<>();
    try (LightGcn model =
            new LightGcn(
                LightGcn.Config.DEFAULT,
                ModelInput.of(new TrainingView(train, List.of()), new Seed(1)));
        ModelStep step = new ModelStep((Phase.Gradient<?>) model.phases().get(0))) {
      for (int k = 1; k <= STEPS; k++) {
        step.step(batches.get(k % batches.size()));
        if (k % EVERY == 0) {
          resident.add(residentMebibytes());
          Timings.print(
              "  after %5d steps: %7.1f MiB resident", k, resident.get(resident.size() - 1));
        }
      }
    }
    return new Readings(resident, before, Scope.liveHandles());
  }

  /** Least squares over the last half of the readings. */
  private static double slope(List<Double> resident) {
    List<Double> half = resident.subList(resident.size() / 2, resident.size());
    double meanX = (half.size() - 1) / 2.0;
    double meanY = half.stream().mapToDouble(value -> value).average().orElse(0);
    double product = 0;
    double square = 0;
    for (int k = 0; k < half.size(); k++) {
      product += (k - meanX) * (half.get(k) - meanY);
      square += (k - meanX) * (k - meanX);
    }
    return product / square * 1000 / EVERY;
  }

  private static double residentMebibytes() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    return Double.NaN;
  }
}
