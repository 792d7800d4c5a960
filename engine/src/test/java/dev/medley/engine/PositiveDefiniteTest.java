package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositiveDefiniteTest {

  static {
    Engine.start(1);
  }

  @Test
  void theInverseTakesTheMatrixsPlace() {
    try (Scope scope = Scope.open()) {
      torch.manual_seed(1);
      Tensor x = torch.randn(new long[] {50, 40});
      Tensor matrix = torch.mm(x.t(), x);
      Tensor before = matrix.clone();
      long memory = matrix.data_ptr().address();
      assertThat(PositiveDefinite.invert(matrix)).isTrue();
      assertThat(matrix.data_ptr().address()).isEqualTo(memory);
      Tensor error = torch.mm(before, matrix).sub(torch.eye(40));
      assertThat(error.abs().max().item().toDouble()).isCloseTo(0, Offset.offset(1e-3));
      assertThat(matrix.equal(matrix.t())).as("symmetric").isTrue();
    }
  }

  @Test
  void whatIsNotPositiveDefiniteIsToldAndWhatIsEmptyIsDone() {
    try (Scope scope = Scope.open()) {
      assertThat(PositiveDefinite.invert(Tensors.of(new float[] {1, 2, 2, 1}, 2, 2))).isFalse();
      assertThat(PositiveDefinite.invert(Tensors.zeros(0, 0))).isTrue();
    }
  }

  @Test
  void aMatrixThatIsNotSquareIsRefused() {
    try (Scope scope = Scope.open()) {
      Tensor wide = Tensors.zeros(2, 3);
      assertThatThrownBy(() -> PositiveDefinite.invert(wide))
          .hasMessageStartingWith("matrix to invert: expected a contiguous square one");
    }
  }

  @Test
  void availableMemoryIsReadWhereTheSystemTellsIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("meminfo");
    Files.writeString(file, "MemTotal:  9 kB\nMemFree:  1 kB\nMemAvailable:   7 kB\n");
    assertThat(AvailableMemory.bytes(file)).isEqualTo(OptionalLong.of(7 * 1024));
    Files.writeString(file, "MemTotal:  9 kB\n");
    assertThat(AvailableMemory.bytes(file)).isEmpty();
    assertThat(AvailableMemory.bytes(folder.resolve("absent"))).isEmpty();
  }
}
