package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TensorsTest {
  static {
    Engine.start(1);
  }

  @Test
  void arraysComeBackAsTheyWere() {
    try (Scope scope = Scope.open()) {
      assertThat(Tensors.toFloats(Tensors.of(new float[] {1, -2, 3, 4}, 2, 2)))
          .containsExactly(1, -2, 3, 4);
      assertThat(Tensors.toLongs(Tensors.longs(new long[] {Long.MIN_VALUE, 5})))
          .containsExactly(Long.MIN_VALUE, 5);
      assertThat(Tensors.toLongs(Tensors.rows(new int[] {3, 0}))).containsExactly(3, 0);
      assertThat(Tensors.toInts(Tensors.ints(new int[] {-1, 7}))).containsExactly(-1, 7);
    }
  }

  @Test
  void emptyArraysGoBothWays() {
    try (Scope scope = Scope.open()) {
      assertThat(Tensors.toFloats(Tensors.of(new float[0], 0, 3))).isEmpty();
      assertThat(Tensors.toLongs(Tensors.longs(new long[0]))).isEmpty();
      assertThat(Tensors.toInts(Tensors.ints(new int[0]))).isEmpty();
    }
  }

  @Test
  void aTransposedTensorIsReadRowByRow() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2).t();
      assertThat(Tensors.toFloats(x)).containsExactly(1, 3, 2, 4);
      assertThatThrownBy(() -> Tensors.copy(x, new float[4]))
          .hasMessage(
              "tensor to read: expected a contiguous one of Float, got one of Float that is not contiguous");
    }
  }

  @Test
  void aTensorOfAnotherNumberTypeIsRefused() {
    try (Scope scope = Scope.open()) {
      Tensor doubles = Tensors.zeros(2).to(torch.ScalarType.Double);
      assertThatThrownBy(() -> Tensors.toFloats(doubles))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor to read: expected a contiguous one of Float, got one of Double");
      assertThatThrownBy(() -> Tensors.toLongs(doubles)).hasMessageContaining("of Long, got");
      assertThatThrownBy(() -> Tensors.toInts(doubles)).hasMessageContaining("of Int, got");
    }
  }

  @Test
  void valuesMustFillTheShape() {
    try (Scope scope = Scope.open()) {
      assertThatThrownBy(() -> Tensors.of(new float[3], 2, 2))
          .hasMessage("tensor values: expected 4, got 3");
    }
  }
}
