package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ScopeTest {
  static {
    Engine.start(1);
  }

  @Test
  void closingFreesWhatWasMadeInside() {
    long before = Scope.liveHandles();
    Tensor kept;
    try (Scope scope = Scope.open()) {
      kept = Tensors.zeros(3);
      assertThat(Scope.liveHandles()).isGreaterThan(before);
      try (Scope inner = Scope.open()) {
        assertThat(Tensors.zeros(3).isNull()).isFalse();
      }
      assertThat(kept.isNull()).isFalse();
    }
    assertThat(kept.isNull()).isTrue();
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void anExceptionFreesAsWell() {
    long before = Scope.liveHandles();
    assertThatThrownBy(
            () -> {
              try (Scope scope = Scope.open()) {
                Tensors.zeros(2, 3).matmul(Tensors.zeros(2, 3));
              }
            })
        .isInstanceOf(RuntimeException.class);
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void aReleasedTensorOutlivesItsScopeUntilItIsFreed() {
    long before = Scope.liveHandles();
    Tensor released;
    try (Scope scope = Scope.open()) {
      released = scope.release(Tensors.of(new float[] {1, 2}, 2));
    }
    assertThat(Tensors.toFloats(released)).containsExactly(1, 2);
    assertThat(Scope.liveHandles()).isEqualTo(before + 1);
    Scope.free(released);
    assertThat(released.isNull()).isTrue();
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void anAliasCannotBeReleased() {
    long before = Scope.liveHandles();
    try (Scope scope = Scope.open()) {
      Tensor x = Tensors.zeros(2);
      x.set_requires_grad(true);
      x.sum().backward();
      Tensor alias = x.grad();
      assertThatThrownBy(() -> scope.release(alias))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "tensor to release: expected one that owns its memory, got an alias of another");
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }
}
