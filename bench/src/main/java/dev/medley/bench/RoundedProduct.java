package dev.medley.bench;

import dev.medley.engine.Engine;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The projection of 4,096 rows of 4,096 features to 64 columns, in float32 and with bfloat16
 * factors, rounding included. One thread. Only a processor with instructions for bfloat16 gains.
 */
final class RoundedProduct {
  private static final int ROWS = 4096;
  private static final int FEATURES = 4096;
  private static final int DIM = 64;

  private RoundedProduct() {}

  static void run(String... arguments) throws Exception {
    Engine.start(1);
    try (Scope scope = Scope.open()) {
      Tensor x = torch.rand(ROWS, FEATURES);
      Tensor w = torch.rand(FEATURES, DIM);
      Tensor rounded = x.to(torch.ScalarType.BFloat16);
      double[] medians =
          Timings.medians(
              2,
              9,
              () -> product(Precision.FLOAT, x, w),
              () -> product(Precision.BF16, x, w),
              () -> product(Precision.BF16, rounded, w));
      Timings.print("%d × %d times %d × %d, one thread", ROWS, FEATURES, FEATURES, DIM);
      Timings.print("  float32                        %8.1f ms", medians[0]);
      Timings.print(
          "  bfloat16, rounding included    %8.1f ms  %.2f times as fast",
          medians[1], medians[0] / medians[1]);
      Timings.print(
          "  bfloat16, features rounded     %8.1f ms  %.2f times as fast",
          medians[2], medians[0] / medians[2]);
    }
  }

  private static void product(Precision precision, Tensor x, Tensor w) {
    try (Scope scope = Scope.open()) {
      NoGradient.of(() -> precision.product(x, w));
    }
  }
}
