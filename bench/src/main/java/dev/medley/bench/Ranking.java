package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.blocks.DotProduct;

/** Full ranking of Baby: 19,445 users × 7,050 items, top 50, all metrics. One thread. */
final class Ranking {

  private Ranking() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    Interactions train = Generated.baby();
    Evaluator evaluator =
        Evaluator.builder(train, Generated.heldOut(train, new Seed(3))).withSlices().build();
    int dim = 64;
    try (DotProduct scorer =
        DotProduct.of(normal(train.users() * dim, 4), normal(train.items() * dim, 5), dim)) {
      double[] medians =
          Timings.medians(2, 7, () -> evaluator.accuracy(scorer), () -> evaluator.evaluate(scorer));
      Timings.print(
          "full ranking, %d users × %d items, d %d, top 50, one thread",
          train.users(), train.items(), dim);
      Timings.print("  accuracy (after each epoch)                 %6.2f s", medians[0] / 1000);
      Timings.print("  all metrics, per-user values and slices     %6.2f s", medians[1] / 1000);
    }
  }

  private static float[] normal(int count, long seed) {
    RandomStream random = new Seed(seed).stream();
    float[] values = new float[count];
    for (int k = 0; k < count; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return values;
  }
}
