package dev.medley.engine;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Float32 tensors in safetensors files, written and read piece by piece. */
public final class TensorFile {

  private TensorFile() {}

  /**
   * Replaces or creates {@code file}, atomically.
   *
   * @param metadata free texts
   * @param tensors contiguous ones, by name
   */
  public static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors)
      throws IOException {
    List<Safetensors.Tensor> all = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      tensors.forEach((name, tensor) -> all.add(stored(name, tensor)));
      Safetensors.write(file, metadata, all);
    }
  }

  private static Safetensors.Tensor stored(String name, Tensor tensor) {
    Tensors.checkReadable(tensor, torch.ScalarType.Float);
    List<Long> shape = shape(tensor);
    FloatPointer from = new FloatPointer(Tensors.onHost(tensor).data_ptr());
    return new Safetensors.Tensor(
        name,
        Safetensors.Dtype.F32,
        shape,
        (first, chunk) -> {
          int count = chunk.remaining() / Float.BYTES;
          float[] piece = new float[count];
          from.position(first).get(piece, 0, count);
          chunk.asFloatBuffer().put(piece);
          chunk.position(chunk.limit());
        });
  }

  /** The texts in the file's header. */
  public static Map<String, String> metadata(Path file) throws IOException {
    try (Safetensors stored = Safetensors.open(file)) {
      return stored.metadata();
    }
  }

  /**
   * Overwrites tensors with those of the same names in a file.
   *
   * @throws InvalidInputException if the file lacks one, or has it in another shape or number type
   */
  public static void readInto(Path file, Map<String, Tensor> tensors) throws IOException {
    try (Safetensors stored = Safetensors.open(file);
        Scope scope = Scope.open()) {
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        Tensor tensor = entry.getValue();
        Tensors.checkReadable(tensor, torch.ScalarType.Float);
        Safetensors.Entry found = stored.entry(entry.getKey());
        if (found.dtype() != Safetensors.Dtype.F32 || !found.shape().equals(shape(tensor))) {
          throw new InvalidInputException(
              "%s, tensor '%s': expected F32 of shape %s, got %s of %s"
                  .formatted(file, entry.getKey(), shape(tensor), found.dtype(), found.shape()));
        }
        Tensor host = Tensors.onHost(tensor);
        FloatPointer to = new FloatPointer(host.data_ptr());
        stored.read(
            entry.getKey(),
            (first, chunk) -> {
              FloatBuffer values = chunk.asFloatBuffer();
              float[] piece = new float[values.remaining()];
              values.get(piece);
              to.position(first).put(piece, 0, piece.length);
            });
        if (!tensor.is_cpu()) {
          NoGradient.run(() -> tensor.copy_(host));
        }
      }
    }
  }

  private static List<Long> shape(Tensor tensor) {
    List<Long> shape = new ArrayList<>();
    for (long axis = 0; axis < tensor.dim(); axis++) {
      shape.add(tensor.size(axis));
    }
    return shape;
  }
}
