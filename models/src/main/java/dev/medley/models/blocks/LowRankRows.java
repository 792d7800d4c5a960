package dev.medley.models.blocks;

import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Products X W with a matrix X = Z M of low rank that is never built: R rows, U columns of X, D of
 * Z, H of W. M is given transposed.
 */
public final class LowRankRows {
  private static final double EPSILON = 1e-12; // of a squared length

  private LowRankRows() {}

  /**
   * X W = Z (M W).
   *
   * @param z R × D
   * @param transposed Mᵀ, U × D
   * @param weight W, U × H
   * @return R × H
   */
  public static Tensor product(Tensor z, Tensor transposed, Tensor weight) {
    return torch.mm(z, torch.mm(transposed.t(), weight)); // R × H
  }

  /**
   * X W with each row of X divided by its length: diag(1/r) Z (M W), r_i = √(z_i (M Mᵀ) z_iᵀ + ε);
   * the gradient flows through r.
   *
   * @param z R × D
   * @param transposed Mᵀ, U × D
   * @param weight W, U × H
   * @return R × H
   */
  public static Tensor normalizedProduct(Tensor z, Tensor transposed, Tensor weight) {
    Tensor gram = torch.mm(transposed.t(), transposed); // M Mᵀ, D × D
    Tensor squares = torch.mm(z, gram).mul(z).sum(1).clamp_min(Tensors.scalar(0)); // R
    Tensor inverse = squares.add(Tensors.scalar(EPSILON)).rsqrt().unsqueeze(1); // R × 1
    return product(z.mul(inverse), transposed, weight); // R × H
  }
}
