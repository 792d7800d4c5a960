package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class SimilaritySignalTest {
  static {
    Engine.start(1);
  }

  private static double loss(Tensor learned, Tensor original) {
    return SimilaritySignal.loss(learned, original).item().toDouble();
  }

  @Test
  void identicalSpacesHaveNoLossAndNoGradient() {
    try (Scope scope = Scope.open()) {
      torch.manual_seed(1);
      Tensor original = torch.randn(20, 5);
      Tensor learned = original.clone();
      learned.set_requires_grad(true);
      Tensor loss = SimilaritySignal.loss(learned, original);
      assertThat(loss.item().toDouble()).isZero();
      loss.backward();
      assertThat(learned.grad().abs().max().item().toDouble()).isZero();
    }
  }

  @Test
  void neitherTheLengthOfARowNorARotationMatters() {
    try (Scope scope = Scope.open()) {
      Tensor original = Tensors.of(new float[] {1, 0, 1, 1, 0, 2}, 3, 2);
      Tensor turned = Tensors.of(new float[] {0, 5, -1, 1, -3, 0}, 3, 2); // by 90 degrees
      assertThat(loss(turned, original)).isCloseTo(0, Offset.offset(1e-12));
      Tensor padded = Tensors.of(new float[] {1, 0, 0, 1, 1, 0, 0, 2, 0}, 3, 3);
      assertThat(loss(padded, original)).isCloseTo(0, Offset.offset(1e-12));
    }
  }

  /** Cosines 1, 0 and 1, ½ √2: the two entries beside the diagonal differ by ½ √2. */
  @Test
  void isTheMeanOverAllPairsOfItems() {
    try (Scope scope = Scope.open()) {
      Tensor learned = Tensors.of(new float[] {1, 0, 0, 1}, 2, 2);
      Tensor original = Tensors.of(new float[] {2, 0, 1, 1}, 2, 2);
      assertThat(loss(learned, original)).isCloseTo(2 * 0.5 / 4, Offset.offset(1e-7));
    }
  }

  @Test
  void noItemsHaveNoLoss() {
    try (Scope scope = Scope.open()) {
      assertThat(loss(Tensors.zeros(0, 3), Tensors.zeros(0, 2))).isZero();
    }
  }

  @Test
  void aRowOfZerosHasAGradientOfOrderOne() {
    try (Scope scope = Scope.open()) {
      Tensor learned = Tensors.zeros(2, 2);
      learned.set_requires_grad(true);
      SimilaritySignal.loss(learned, Tensors.of(new float[] {1, 2, 3, 4}, 2, 2)).backward();
      assertThat(learned.grad().abs().max().item().toDouble()).isLessThan(10);
    }
  }

  @Test
  void theSampleHoldsEachPresentItemOnceUpToItsLimit() {
    assertThat(SimilaritySignal.sample(new int[] {4, 2, 4, 3, 2, 9}, item -> item != 3))
        .containsExactly(4, 2, 9);
    int[] many = IntStream.range(0, 2000).toArray();
    assertThat(SimilaritySignal.sample(many, item -> true)).hasSize(SimilaritySignal.ITEMS);
    assertThat(SimilaritySignal.sample(many, item -> false)).isEmpty();
  }

  @Test
  void differentNumbersOfRowsAreRefused() {
    try (Scope scope = Scope.open()) {
      Tensor two = Tensors.zeros(2, 3);
      Tensor four = Tensors.zeros(4, 3);
      assertThatThrownBy(() -> SimilaritySignal.loss(two, four))
          .hasMessage("similarity signal: expected as many rows of both, got 2 × 3 and 4 × 3");
    }
  }
}
