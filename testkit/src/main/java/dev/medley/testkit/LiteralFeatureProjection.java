package dev.medley.testkit;

import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;

/** x W + b of some items' features, every row gathered and multiplied anew under the tape. */
public final class LiteralFeatureProjection {

  private LiteralFeatureProjection() {}

  /**
   * The projections.
   *
   * @param features I × F
   * @param weight F × D
   * @param bias D
   * @param items B of them, repeats allowed
   * @return B × D
   */
  public static Tensor of(Tensor features, Tensor weight, Tensor bias, int[] items) {
    return features.index_select(0, Tensors.rows(items)).matmul(weight).add(bias);
  }
}
