package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.formats.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {
  static {
    Engine.start(1);
  }

  @TempDir Path folder;

  @Test
  void tensorsAndTextsComeBackBitForBit() throws IOException {
    Path file = folder.resolve("t.safetensors");
    long before = Scope.liveHandles();
    float[] large = new float[600_000]; // more than one piece
    for (int k = 0; k < large.length; k++) {
      large[k] = k * 0.1f;
    }
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("a", Tensors.of(new float[] {1, Float.NaN, -0f, Float.MIN_VALUE}, 2, 2));
      tensors.put("large", Tensors.of(large, 600, 1000));
      TensorFile.write(file, Map.of("why", "test"), tensors);
    }
    assertThat(TensorFile.metadata(file)).isEqualTo(Map.of("why", "test"));
    try (Scope scope = Scope.open()) {
      Tensor a = Tensors.zeros(2, 2);
      Tensor b = Tensors.zeros(600, 1000);
      TensorFile.readInto(file, Map.of("large", b, "a", a));
      assertThat(Tensors.toFloats(a)).containsExactly(1, Float.NaN, -0f, Float.MIN_VALUE);
      assertThat(Tensors.toFloats(b)).isEqualTo(large);
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void readingAParameterKeepsItLearnable() throws IOException {
    Path file = folder.resolve("p.safetensors");
    try (Parameters one = Parameters.from(new Seed(1));
        Parameters two = Parameters.from(new Seed(2));
        Scope scope = Scope.open()) {
      one.uniform("w", 1, 3);
      Parameter read = two.uniform("w", 1, 3);
      TensorFile.write(file, Map.of(), one.tensors());
      TensorFile.readInto(file, two.tensors());
      assertThat(Tensors.toFloats(read.value()))
          .isEqualTo(Tensors.toFloats(one.all().get(0).value()));
      read.value().sum().backward();
      assertThat(Tensors.toFloats(read.gradient())).containsExactly(1, 1, 1);
    }
  }

  @Test
  void anotherShapeNameOrNumberTypeIsRefusedByName() throws IOException {
    Path file = folder.resolve("t.safetensors");
    Safetensors.write(
        file,
        Map.of(),
        List.of(
            Safetensors.Tensor.of("f", new float[] {1, 2}, 2),
            Safetensors.Tensor.of("l", new long[] {1, 2}, 2)));
    try (Scope scope = Scope.open()) {
      Tensor two = Tensors.zeros(2);
      Tensor three = Tensors.zeros(3);
      assertThatThrownBy(() -> TensorFile.readInto(file, Map.of("f", three)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(file + ", tensor 'f': expected F32 of shape [3], got F32 of [2]");
      assertThatThrownBy(() -> TensorFile.readInto(file, Map.of("l", two)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(file + ", tensor 'l': expected F32 of shape [2], got I64 of [2]");
      assertThatThrownBy(() -> TensorFile.readInto(file, Map.of("missing", two)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected a tensor 'missing'");
      Tensor doubles = two.to(torch.ScalarType.Double);
      assertThatThrownBy(() -> TensorFile.readInto(file, Map.of("f", doubles)))
          .hasMessageContaining("expected a contiguous one of Float, got one of Double");
      assertThatThrownBy(
              () -> TensorFile.write(folder.resolve("d"), Map.of(), Map.of("d", doubles)))
          .hasMessageContaining("expected a contiguous one of Float, got one of Double");
      assertThat(Files.exists(folder.resolve("d"))).isFalse();
    }
  }
}
