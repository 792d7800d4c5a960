package dev.medley.engine;

import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

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

  /**
   * Solves many systems of one size, without a tape.
   *
   * @param matrices B × N × N, symmetric, of which only the lower triangles are read; of either
   *     precision; their content is undefined afterwards
   * @param right B × N × 1
   * @return the solutions, B × N × 1, in the innermost scope; null where a matrix was not positive
   *     definite in its precision
   */
  public static @Nullable Tensor solve(Tensor matrices, Tensor right) {
    if (matrices.dim() != 3
        || matrices.size(1) != matrices.size(2)
        || right.dim() != 3
        || right.size(0) != matrices.size(0)
        || right.size(1) != matrices.size(1)) {
      throw new IllegalArgumentException(
          "systems to solve: expected B × N × N and B × N × 1, got %d and %d dimensions"
              .formatted(matrices.dim(), right.dim()));
    }
    if (matrices.numel() == 0) {
      return right;
    }
    return NoGradient.of(
        () -> {
          T_TensorTensor_T factored = torch.linalg_cholesky_ex(matrices, false, false);
          return factored.get1().count_nonzero().item().toLong() != 0
              ? null
              : torch.cholesky_solve(right, factored.get0(), false);
        });
  }
}
