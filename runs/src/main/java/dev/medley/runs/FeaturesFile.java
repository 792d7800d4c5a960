package dev.medley.runs;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors;
import dev.medley.formats.Safetensors.Dtype;
import dev.medley.formats.Safetensors.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The items' features: an I × D tensor of F32 per modality, named by it; a missing row is NaN. The
 * values are those that training saw, bit for bit.
 */
final class FeaturesFile {
  private FeaturesFile() {}

  /** How many bytes the features take. */
  static long bytes(List<FeatureMatrix> features) {
    long bytes = 0;
    for (FeatureMatrix matrix : features) {
      bytes += (long) matrix.rows() * matrix.dimension() * Float.BYTES;
    }
    return bytes;
  }

  static void write(Path file, List<FeatureMatrix> features) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    for (FeatureMatrix matrix : features) {
      tensors.add(tensorOf(matrix));
    }
    Safetensors.write(file, Map.of(), tensors);
  }

  private static Tensor tensorOf(FeatureMatrix matrix) {
    int dimension = matrix.dimension();
    float[] row = new float[dimension];
    return new Tensor(
        matrix.modality(),
        Dtype.F32,
        List.of((long) matrix.rows(), (long) dimension),
        (first, chunk) -> {
          FloatBuffer numbers = chunk.asFloatBuffer();
          long next = first;
          while (numbers.hasRemaining()) {
            int item = (int) (next / dimension);
            int column = (int) (next % dimension);
            int count = Math.min(numbers.remaining(), dimension - column);
            if (matrix.isPresent(item)) {
              matrix.copyRow(item, row, 0);
            } else {
              Arrays.fill(row, Float.NaN);
            }
            numbers.put(row, column, count);
            next += count;
          }
          chunk.position(chunk.limit());
        });
  }

  static List<FeatureMatrix> read(Path file, int items) throws IOException {
    List<FeatureMatrix> features = new ArrayList<>();
    try (Safetensors tensors = Safetensors.open(file)) {
      for (Safetensors.Entry entry : tensors.entries()) {
        List<Long> shape = entry.shape();
        if (shape.size() != 2
            || shape.get(0) != items
            || shape.get(1) < 1
            || shape.get(1) > Integer.MAX_VALUE) {
          throw new InvalidInputException(
              "%s, tensor '%s': expected %d rows, one per item, of at least one number, got shape %s; the run is damaged: train it again"
                  .formatted(file, entry.name(), items, shape));
        }
        int dimension = Math.toIntExact(shape.get(1));
        features.add(Kept.of(entry.name(), items, dimension, tensors.floats(entry.name())));
      }
    }
    features.sort(Comparator.comparing(FeatureMatrix::modality));
    return List.copyOf(features);
  }

  /** Features read back from a run. */
  private record Kept(String modality, int rows, int dimension, Values values)
      implements FeatureMatrix {

    /** Row by row, and which rows are missing. */
    private static final class Values {
      private final float[] numbers;
      private final BitSet missing;

      Values(float[] numbers, BitSet missing) {
        this.numbers = numbers;
        this.missing = missing;
      }
    }

    static Kept of(String modality, int rows, int dimension, float[] numbers) {
      BitSet missing = new BitSet(rows);
      for (int item = 0; item < rows; item++) {
        if (DenseFeatures.isMissing(
            modality + " features", item, numbers, item * dimension, dimension)) {
          missing.set(item);
        }
      }
      return new Kept(modality, rows, dimension, new Values(numbers, missing));
    }

    @Override
    public boolean isPresent(int row) {
      return !values.missing.get(row);
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {
      if (isPresent(row)) {
        System.arraycopy(values.numbers, row * dimension, out, offset, dimension);
      } else {
        Arrays.fill(out, offset, offset + dimension, 0f);
      }
    }
  }
}
