package dev.medley.engine;

import dev.medley.core.FeatureMatrix;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Feature matrices as tensors, copied row by row so that they are never held twice. */
public final class FeatureTensors {

  private FeatureTensors() {}

  /** The raw features, I × D, zeros where a row is missing; in the innermost scope. */
  public static Tensor of(FeatureMatrix features) {
    return of(features, IntStream.range(0, features.rows()).toArray());
  }

  /** The same of some items, B × D. */
  public static Tensor of(FeatureMatrix features, int[] items) {
    int dimension = features.dimension();
    Tensor tensor = torch.empty(items.length, dimension);
    if (items.length == 0) {
      return Tensors.placed(tensor); // it has no memory
    }
    float[] row = new float[dimension];
    try (FloatPointer to = tensor.data_ptr_float()) {
      for (int k = 0; k < items.length; k++) {
        features.copyRow(items[k], row, 0);
        to.position((long) k * dimension).put(row, 0, dimension);
      }
      to.position(0);
    }
    return Tensors.placed(tensor);
  }
}
