package dev.medley.engine;

import dev.medley.core.FeatureMatrix;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Feature matrices as tensors, copied row by row so that they are never held twice. */
public final class FeatureTensors {

  private FeatureTensors() {}

  /** The raw features, I × D, zeros where a row is missing; in the innermost scope. */
  public static Tensor of(FeatureMatrix features) {
    int dimension = features.dimension();
    Tensor tensor = torch.empty(features.rows(), dimension);
    float[] row = new float[dimension];
    try (FloatPointer to = tensor.data_ptr_float()) {
      for (int item = 0; item < features.rows(); item++) {
        features.copyRow(item, row, 0);
        to.position((long) item * dimension).put(row, 0, dimension);
      }
      to.position(0);
    }
    return Tensors.placed(tensor);
  }
}
