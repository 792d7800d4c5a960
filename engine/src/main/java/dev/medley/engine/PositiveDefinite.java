package dev.medley.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Exact work on symmetric positive definite matrices, by Cholesky's factorisation. */
public final class PositiveDefinite {

  private PositiveDefinite() {}

  /**
   * Overwrites a matrix with its inverse, so that no second one of its size exists. Takes I³
   * multiplications for I rows.
   *
   * @param matrix I × I, contiguous, symmetric, of either precision; without a tape
   * @return whether it was positive definite in its precision; where not, its content is undefined
   */
  public static boolean invert(Tensor matrix) {
    if (matrix.dim() != 2 || matrix.size(0) != matrix.size(1) || !matrix.is_contiguous()) {
      throw new IllegalArgumentException(
          "matrix to invert: expected a contiguous square one, got one of %d dimensions"
              .formatted(matrix.dim()));
    }
    if (matrix.numel() == 0) {
      return true;
    }
    try (Scope scope = Scope.open()) {
      return NoGradient.of(
          () -> {
            // LAPACK wants columns to be contiguous; a transpose that is symmetric costs nothing.
            Tensor a = matrix.t(); // I × I
            Tensor info = Tensors.ints(new int[1]).select(0, 0);
            torch.linalg_cholesky_ex_out(a, info, a, false, false); // a = L Lᵀ
            if (info.item().toInt() != 0) {
              return false;
            }
            torch.cholesky_inverse_out(a, a, false);
            return true;
          });
    }
  }
}
