package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.engine.UserItemGraph;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What this machine does in a second, measured now on one thread.
 *
 * @param multiplyAdds of a dense product in float32; at least 30 G, which is 60 GFLOP/s
 * @param sparseMultiplyAdds of a product of Baby's user–item graph with 64 columns
 * @param exponentials of a softmax over rows of 7,050
 * @param bytes read and written by a copy; at least 8 G
 */
record Rates(double multiplyAdds, double sparseMultiplyAdds, double exponentials, double bytes) {
  private static final double LEAST_MULTIPLY_ADDS = 30e9;
  private static final double LEAST_BYTES = 8e9;
  private static final double MILLIS = 1e3;
  private static final int ROUNDS = 15;

  /** Measures all four. */
  static Rates measure() throws Exception {
    try (Scope scope = Scope.open()) {
      return NoGradient.of(Rates::all);
    }
  }

  private static Rates all() {
    int m = 2048;
    int k = 1024;
    int n = 512;
    Tensor a = torch.rand(m, k);
    Tensor b = torch.rand(k, n);
    Tensor product = Tensors.empty(m, n);
    Interactions train = Generated.baby();
    int dim = 64;
    Tensor nodes = torch.rand((long) train.users() + train.items(), dim);
    Tensor logits = torch.rand(512, Generated.BABY_ITEMS);
    Tensor from = torch.rand(16 << 20);
    Tensor to = Tensors.empty(16 << 20);
    try (UserItemGraph graph = UserItemGraph.of(train)) {
      double[] millis =
          Timings.medians(
              3,
              ROUNDS,
              () -> torch.mm_out(product, a, b),
              () -> inScope(() -> graph.times(nodes)),
              () -> inScope(() -> torch.softmax(logits, 1)),
              () -> to.copy_(from));
      return new Rates(
          Math.max(LEAST_MULTIPLY_ADDS, (double) m * k * n * MILLIS / millis[0]),
          (double) graph.entries() * dim * MILLIS / millis[1],
          512.0 * Generated.BABY_ITEMS * MILLIS / millis[2],
          Math.max(LEAST_BYTES, 8.0 * (16 << 20) * MILLIS / millis[3]));
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private interface Made {
    Tensor make();
  }

  private static void inScope(Made work) {
    try (Scope scope = Scope.open()) {
      work.make();
    }
  }

  /** The least time that a step of this cost takes, in milliseconds. */
  double bound(StepCost cost) {
    return MILLIS
        * (cost.multiplyAdds() / multiplyAdds
            + cost.sparseMultiplyAdds() / sparseMultiplyAdds
            + cost.exponentials() / exponentials
            + cost.optimiserBytes() / bytes);
  }

  void print() {
    Timings.print(
        "rates: dense %.1f GFLOP/s, propagation %.2f GFLOP/s, softmax %.2f G exponentials/s, copy %.1f GB/s",
        2 * multiplyAdds / 1e9, 2 * sparseMultiplyAdds / 1e9, exponentials / 1e9, bytes / 1e9);
  }
}
