package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class HandWrittenTest {
  static {
    Engine.start(1);
  }

  private static Tensor leaf(float... values) {
    Tensor tensor = Tensors.of(values, values.length / 2, 2);
    tensor.set_requires_grad(true);
    return tensor;
  }

  private static Tensor product(Tensor left, Tensor right) {
    return HandWritten.of(
        NoGradient.of(() -> torch.mm(left.detach(), right.detach().t())),
        incoming ->
            List.of(torch.mm(incoming, right.detach()), torch.mm(incoming.t(), left.detach())),
        left,
        right);
  }

  @Test
  void eachInputReceivesItsOwnGradientAndTheTapeGoesOnBeforeAndAfter() {
    long before = Scope.liveHandles();
    try (Scope scope = Scope.open()) {
      Tensor a = leaf(1, 2, 3, 4, 5, 6);
      Tensor b = leaf(1, -1, 2, 0.5f);
      Tensor twice = a.mul(Tensors.scalar(2)); // on the tape before it
      Tensor value = product(twice, b); // 3 × 2
      assertThat(Tensors.toFloats(value)).containsExactly(-2, 6, -2, 16, -2, 26);
      value.square().sum().backward(); // and after it
      Tensor literalA = leaf(1, 2, 3, 4, 5, 6);
      Tensor literalB = leaf(1, -1, 2, 0.5f);
      torch.mm(literalA.mul(Tensors.scalar(2)), literalB.t()).square().sum().backward();
      assertThat(Tensors.toFloats(a.grad())).containsExactly(Tensors.toFloats(literalA.grad()));
      assertThat(Tensors.toFloats(b.grad())).containsExactly(Tensors.toFloats(literalB.grad()));
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void anInputThatNeedsNoGradientGetsNoneAndWithoutATapeThereIsNothing() {
    try (Scope scope = Scope.open()) {
      Tensor a = leaf(1, 2);
      Tensor constant = Tensors.of(new float[] {3, 4}, 1, 2);
      product(a, constant).sum().backward();
      assertThat(Tensors.toFloats(a.grad())).containsExactly(3, 4);
      assertThat(constant.grad().defined()).isFalse();
      assertThat(NoGradient.of(() -> product(a, constant)).requires_grad()).isFalse();
    }
  }

  @Test
  void aSparsePatternMultipliesLikeTheMatrixItStandsFor() {
    int[] offsets = {0, 2, 2, 3};
    int[] columns = {1, 3, 0};
    long before = Scope.liveHandles();
    try (SparsePattern pattern = SparsePattern.of(4, offsets, columns);
        Scope scope = Scope.open()) {
      Tensor values = Tensors.of(new float[] {2, 3, 5}, 3);
      Tensor dense = Tensors.of(new float[] {0, 2, 0, 3, 0, 0, 0, 0, 5, 0, 0, 0}, 3, 4); // 3 × 4
      Tensor x = Tensors.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
      Tensor y = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
      assertThat(Tensors.toFloats(pattern.times(values, x)))
          .containsExactly(Tensors.toFloats(torch.mm(dense, x)));
      assertThat(Tensors.toFloats(pattern.transposedTimes(values, y)))
          .containsExactly(Tensors.toFloats(torch.mm(dense.t(), y)));
      assertThat(Tensors.toFloats(pattern.innerProducts(y, x)))
          .containsExactly(1 * 3 + 2 * 4, 1 * 7 + 2 * 8, 5 * 1 + 6 * 2);
      assertThat(Tensors.toFloats(pattern.ofColumns(Tensors.of(new float[] {1, 2, 3, 4}, 4))))
          .containsExactly(2, 4, 1);
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void aPatternWithoutEntriesGivesZeros() {
    try (SparsePattern pattern = SparsePattern.of(2, new int[] {0, 0}, new int[0]);
        Scope scope = Scope.open()) {
      Tensor values = Tensors.of(new float[0], 0);
      assertThat(Tensors.toFloats(pattern.times(values, Tensors.zeros(2, 3)))).containsOnly(0);
      assertThat(Tensors.toFloats(pattern.transposedTimes(values, Tensors.zeros(1, 3))))
          .containsOnly(0)
          .hasSize(6);
      assertThat(Tensors.toFloats(pattern.innerProducts(Tensors.zeros(1, 3), Tensors.zeros(2, 3))))
          .isEmpty();
    }
  }
}
