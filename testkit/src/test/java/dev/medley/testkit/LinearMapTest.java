package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.engine.Engine;
import dev.medley.engine.LinearMap;
import dev.medley.engine.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class LinearMapTest {
  private static final double[] MATRIX = {1, 2, 0, -1, 3, 4, 0.5, -2}; // 4 × 2

  static {
    Engine.start(1);
  }

  private static Tensor mapped(Tensor x) {
    Tensor matrix = Doubles.of(MATRIX, 4, 2);
    return LinearMap.apply(x, 4, matrix::matmul, matrix.t()::matmul);
  }

  @Test
  void aMapToMoreRowsHasTheTransposedMapAsItsGradient() {
    try (Scope scope = Scope.open()) {
      Tensor x = Doubles.of(new double[] {1, -2, 3, 0.5, 2, -1}, 2, 3);
      assertThat(Doubles.toArray(mapped(x)))
          .isEqualTo(Doubles.toArray(Doubles.of(MATRIX, 4, 2).matmul(x)));
      Tensor weights = Doubles.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3}, 4, 3);
      GradientCheck.Worst worst =
          GradientCheck.of(in -> mapped(in.get(0).sin()).mul(weights).square().sum(), x);
      assertThat(worst.difference()).as("%s", worst).isLessThan(1e-8);
    }
  }

  @Test
  void aMapToFewerRowsIsRefused() {
    try (Scope scope = Scope.open()) {
      Tensor x = Doubles.of(MATRIX, 4, 2);
      assertThatThrownBy(() -> LinearMap.apply(x, 3, y -> y, y -> y))
          .hasMessage("linear map: expected at most 3 rows, got 4");
    }
  }
}
