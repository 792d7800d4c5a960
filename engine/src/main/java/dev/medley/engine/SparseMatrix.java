package dev.medley.engine;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A constant R × C matrix in compressed sparse rows, ready for products with dense matrices. Owns
 * its native memory until closed.
 */
public final class SparseMatrix implements AutoCloseable {
  private static final long SUM = 0;

  private final int rows;
  private final int columnCount;
  private final Tensor offsets; // R + 1, int32
  private final Tensor columns; // E, int32
  private final Tensor weights; // E

  private SparseMatrix(int rows, int columnCount, Tensor offsets, Tensor columns, Tensor weights) {
    this.rows = rows;
    this.columnCount = columnCount;
    this.offsets = offsets;
    this.columns = columns;
    this.weights = weights;
  }

  /**
   * Copies the arrays into native memory.
   *
   * @param columnCount C
   * @param offsets R + 1 ascending positions
   * @param columns the column of each stored entry, in [0, C)
   * @param weights the value of each stored entry
   */
  public static SparseMatrix of(int columnCount, int[] offsets, int[] columns, float[] weights) {
    if (columns.length != weights.length || offsets[offsets.length - 1] != columns.length) {
      throw new IllegalArgumentException(
          "sparse matrix: expected as many weights as columns and as the last offset, got %d, %d and %d"
              .formatted(weights.length, columns.length, offsets[offsets.length - 1]));
    }
    for (int column : columns) {
      if (column < 0 || column >= columnCount) {
        throw new IllegalArgumentException(
            "sparse matrix: expected columns in [0, " + columnCount + "), got " + column);
      }
    }
    try (Scope scope = Scope.open()) {
      Tensor starts = Tensors.ints(offsets);
      Tensor places = Tensors.ints(columns);
      Tensor values = Tensors.of(weights, weights.length); // all three before any is released
      return new SparseMatrix(
          offsets.length - 1,
          columnCount,
          scope.release(starts),
          scope.release(places),
          scope.release(values));
    }
  }

  /** The matrix whose rows are this one's columns; a new one that the caller closes. */
  public SparseMatrix transposed() {
    int[] from = Tensors.toInts(offsets);
    int[] at = Tensors.toInts(columns);
    float[] values = Tensors.toFloats(weights);
    int[] starts = new int[columnCount + 1];
    for (int column : at) {
      starts[column + 1]++;
    }
    for (int column = 0; column < columnCount; column++) {
      starts[column + 1] += starts[column];
    }
    int[] next = Arrays.copyOf(starts, columnCount);
    int[] rowOf = new int[at.length];
    float[] moved = new float[at.length];
    for (int row = 0; row < rows; row++) {
      for (int k = from[row]; k < from[row + 1]; k++) {
        int place = next[at[k]]++;
        rowOf[place] = row;
        moved[place] = values[k];
      }
    }
    return of(rows, starts, rowOf, moved);
  }

  /** R. */
  public int rows() {
    return rows;
  }

  /** C. */
  public int columns() {
    return columnCount;
  }

  /** E, the number of stored entries. */
  public long entries() {
    return weights.numel();
  }

  /**
   * The product with a dense matrix, without a tape.
   *
   * @param x C × D
   * @return R × D, in the innermost scope
   */
  public Tensor times(Tensor x) {
    if (x.size(0) != columnCount) {
      throw new IllegalArgumentException(
          "sparse product: expected a matrix of %d rows, got %d".formatted(columnCount, x.size(0)));
    }
    if (entries() == 0) {
      return torch.zeros(new long[] {rows, x.size(1)}, x.options());
    }
    Tensor scale =
        Tensors.typeOf(weights) == Tensors.typeOf(x) ? weights : weights.to(Tensors.typeOf(x));
    return torch
        .embedding_bag(x, columns, offsets, false, SUM, false, new TensorOptional(scale), true)
        .get0();
  }

  @Override
  public void close() {
    Scope.free(offsets);
    Scope.free(columns);
    Scope.free(weights);
  }
}
