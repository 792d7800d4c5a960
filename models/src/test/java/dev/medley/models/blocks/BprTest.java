package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class BprTest {
  static {
    Engine.start(1);
  }

  /** Margins 1·1 + 2·0 − 2·1 = −1 and 3, so the mean of log(1 + e) and log(1 + e⁻³). */
  @Test
  void lossIsTheMeanOfMinusLogSigmoidOfTheMargins() {
    try (Scope scope = Scope.open()) {
      Tensor users = Tensors.of(new float[] {1, 2, 3, 0}, 2, 2);
      Tensor positives = Tensors.of(new float[] {1, 0, 1, 5}, 2, 2);
      Tensor negatives = Tensors.of(new float[] {0, 1, 0, -7}, 2, 2);
      double expected = (Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(-3))) / 2;
      assertThat(Bpr.loss(users, positives, negatives).item().toDouble())
          .isCloseTo(expected, Offset.offset(1e-6));
    }
  }

  @Test
  void aLargeMarginNeitherOverflowsNorVanishes() {
    try (Scope scope = Scope.open()) {
      Tensor users = Tensors.of(new float[] {1000}, 1, 1);
      Tensor one = Tensors.of(new float[] {1}, 1, 1);
      Tensor zero = Tensors.zeros(1, 1);
      assertThat(Bpr.loss(users, zero, one).item().toDouble()).isEqualTo(1000);
      assertThat(Bpr.loss(users, one, zero).item().toDouble()).isZero();
    }
  }

  /** ‖U‖ = 5, ‖P‖ = 3, ‖N‖ = 0, B = 2. */
  @Test
  void bothFormsOfThePenaltyByHand() {
    try (Scope scope = Scope.open()) {
      Tensor rows = Tensors.of(new float[] {3, 0, 0, 4, 1, 2, 2, 0, 0, 0, 0, 0}, 3, 2, 2);
      rows.set_requires_grad(true);
      Tensor norm = Bpr.l2(Bpr.L2Form.NORM, rows);
      assertThat(norm.item().toDouble()).isCloseTo((5 + 3 + 0) / 2.0, Offset.offset(1e-6));
      assertThat(Bpr.l2(Bpr.L2Form.SQUARED, rows).item().toDouble())
          .isCloseTo((25 + 9) / 2.0 / 2, Offset.offset(1e-6));
      norm.backward();
      // x / (‖·‖ B), and 0 where the norm is 0.
      float[] gradient = Tensors.toFloats(rows.grad());
      assertThat(gradient[0]).isCloseTo(0.3f, Offset.offset(1e-6f));
      assertThat(gradient[5]).isCloseTo(2 / 6f, Offset.offset(1e-6f));
      assertThat(gradient[8]).isZero();
    }
  }

  @Test
  void shapesThatWouldBroadcastAreRefused() {
    try (Scope scope = Scope.open()) {
      Tensor three = Tensors.zeros(3, 2);
      Tensor one = Tensors.zeros(1, 2);
      assertThatThrownBy(() -> Bpr.loss(three, three, one))
          .hasMessage("bpr users and negatives: expected equal shapes, got 3 × 2 and 1 × 2");
      assertThatThrownBy(() -> Bpr.loss(three, one, three))
          .hasMessage("bpr users and positives: expected equal shapes, got 3 × 2 and 1 × 2");
      assertThatThrownBy(() -> Bpr.l2(Bpr.L2Form.NORM, three))
          .hasMessage("l2 rows: expected 3 × B × D, got 3 × 2");
    }
  }
}
