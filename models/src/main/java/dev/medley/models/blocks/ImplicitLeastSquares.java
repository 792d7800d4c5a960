package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * One half of alternating least squares on implicit feedback: every row's vector, given those of
 * the columns (hu2008collaborative, eq. 4, by the conjugate gradients of takacs2011applications).
 *
 * <p>N rows, M columns, D dimensions; Y is M × D, Y_u its rows at u's columns, n_u their number.
 * x_u solves (YᵀY + α Y_uᵀY_u + λ_u I) x_u = (1 + α) Y_uᵀ1. YᵀY is the same for all rows, so a row
 * costs n_u D + D² for each step, and no D × D matrix of its own is made.
 */
public final class ImplicitLeastSquares {
  private static final int BLOCK_FLOATS = 1 << 19; // of the gathered Y_u: 2 MiB
  private static final int BLOCK_ROWS = 1 << 13;
  private static final long SUM = 0;
  private static final double TINY = 1e-37; // a residual of zero divided by it is zero

  private final Interactions rows;
  private final double alpha;
  private final double l2;
  private final boolean scaled;
  private final int steps;

  /**
   * A solver for one side.
   *
   * @param rows N × M
   * @param alpha α; an interaction has confidence 1 + α, anything else 1
   * @param l2 λ, above 0
   * @param scaled whether λ_u = λ n_u, else λ_u = λ
   * @param steps of conjugate gradients, at least 1; D of them are exact but for rounding
   */
  public ImplicitLeastSquares(
      Interactions rows, double alpha, double l2, boolean scaled, int steps) {
    this.rows = rows;
    this.alpha = alpha;
    this.l2 = l2;
    this.scaled = scaled;
    this.steps = steps;
  }

  /**
   * Improves {@code x} in place, without a tape; where it stands is where the steps begin. A row
   * without interactions becomes zero, which is its solution.
   *
   * @param y M × D
   * @param x N × D
   */
  public void solve(Tensor y, Tensor x) {
    try (Scope scope = Scope.open()) {
      NoGradient.run(
          () -> {
            Tensor gram = torch.mm(y.t(), y); // D × D
            for (int from = 0; from < rows.users(); ) {
              int to = endOfBlock(from, Math.toIntExact(y.size(1)));
              try (Scope block = Scope.open()) {
                new Block(from, to, y, gram).improve(x.narrow(0, from, to - from));
              }
              from = to;
            }
          });
    }
  }

  private int endOfBlock(int from, int dim) {
    int entries = Math.max(1, BLOCK_FLOATS / dim);
    int to = from + 1;
    while (to < rows.users()
        && to - from < BLOCK_ROWS
        && rows.end(to) - rows.begin(from) <= entries) {
      to++;
    }
    return to;
  }

  /** B rows that are solved together; E interactions. */
  private final class Block {
    private final Tensor gram; // D × D
    private final Tensor near; // Y_u of all its rows, one after the other, E × D
    private final Tensor rowOfEach; // E
    private final Tensor positions; // 0 … E − 1
    private final Tensor offsets; // B + 1
    private final Tensor penalty; // λ_u, B × 1
    private final Tensor filled; // 1 where a row has interactions, else 0; B × 1

    Block(int from, int to, Tensor y, Tensor gram) {
      int begin = rows.begin(from);
      int entries = rows.begin(to - 1) + rows.count(to - 1) - begin;
      int[] rowOf = new int[entries];
      int[] starts = new int[to - from + 1];
      float[] counts = new float[to - from];
      for (int row = from; row < to; row++) {
        Arrays.fill(rowOf, rows.begin(row) - begin, rows.end(row) - begin, row - from);
        starts[row - from + 1] = rows.end(row) - begin;
        counts[row - from] = rows.count(row);
      }
      int[] order = new int[entries];
      Arrays.setAll(order, k -> k);
      this.gram = gram;
      this.near =
          y.index_select(
              0, Tensors.ints(Arrays.copyOfRange(rows.columns(), begin, begin + entries)));
      this.rowOfEach = Tensors.ints(rowOf);
      this.positions = Tensors.ints(order);
      this.offsets = Tensors.ints(starts);
      Tensor count = Tensors.of(counts, counts.length, 1).type_as(y); // B × 1
      this.filled = count.clamp_max(Tensors.scalar(1));
      this.penalty = (scaled ? count : torch.ones_like(count)).mul(Tensors.scalar(l2));
    }

    /** Takacs et al., algorithm 2, on all rows at once. */
    void improve(Tensor x) {
      x.mul_(filled);
      if (near.size(0) == 0) {
        return;
      }
      Tensor ones = torch.ones_like(near.select(1, 0)); // E
      Tensor residual = perRow(ones).mul_(Tensors.scalar(1 + alpha)); // b, B × D
      Tensor product = torch.empty_like(residual);
      multiply(x, product);
      residual.sub_(product); // b − A x
      Tensor direction = residual.clone();
      Tensor square = rowDots(residual, residual); // B × 1
      for (int step = 0; step < steps; step++) {
        multiply(direction, product); // A p
        Tensor size = square.div(rowDots(direction, product).clamp_min_(Tensors.scalar(TINY)));
        x.addcmul_(direction, size);
        residual.sub_(product.mul_(size));
        Tensor next = rowDots(residual, residual);
        direction.mul_(next.div(square.clamp_min_(Tensors.scalar(TINY)))).add_(residual);
        square = next;
      }
    }

    /** {@code out} = (YᵀY + α Y_uᵀY_u + λ_u I) v_u, row by row. */
    private void multiply(Tensor v, Tensor out) {
      try (Scope inner = Scope.open()) {
        Tensor scores = rowDots(near, v.index_select(0, rowOfEach)).squeeze(1); // Y_u v_u, E
        torch.mm_out(out, v, gram);
        out.addcmul_(v, penalty);
        out.add_(perRow(scores), Tensors.scalar(alpha));
      }
    }

    /** Y_uᵀ w_u for each row, B × D. */
    private Tensor perRow(Tensor weights) {
      return torch
          .embedding_bag(
              near, positions, offsets, false, SUM, false, new TensorOptional(weights), true)
          .get0();
    }
  }

  private static Tensor rowDots(Tensor left, Tensor right) {
    return left.mul(right).sum(new long[] {1}, true, new ScalarTypeOptional());
  }
}
