package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Which items have a modality, as tensors. Owns native memory until closed. */
final class Presence implements AutoCloseable {
  private final int items; // I
  private final Tensor rows; // of the items that have it, int64, ascending
  private final @Nullable Tensor mask; // I × 1, 1 or 0; null where no item lacks it

  private Presence(int items, Tensor rows, @Nullable Tensor mask) {
    this.items = items;
    this.rows = rows;
    this.mask = mask;
  }

  /**
   * Of the items with a row in {@code matrix}.
   *
   * @param parameters whose precision the mask has
   */
  static Presence of(FeatureMatrix matrix, Parameters parameters) {
    int items = matrix.rows();
    float[] has = new float[items];
    int[] having = new int[items];
    int count = 0;
    for (int item = 0; item < items; item++) {
      if (matrix.isPresent(item)) {
        has[item] = 1;
        having[count++] = item;
      }
    }
    try (Scope scope = Scope.open()) {
      Tensor rows = Tensors.rows(Arrays.copyOf(having, count));
      Tensor mask = count == items ? null : parameters.typed(Tensors.of(has, items, 1));
      return new Presence(
          items, scope.release(rows), mask == null ? null : scope.release(mask)); // all or none
    }
  }

  /** Whether every item has it. */
  boolean isComplete() {
    return mask == null;
  }

  /** How many items have it. */
  long count() {
    return rows.size(0);
  }

  /** Those items, int64, ascending; stays owned here. */
  Tensor rows() {
    return rows;
  }

  /** 1 for an item that has it, else 0: I × 1, in the precision and place of {@code like}. */
  Tensor column(Tensor like) {
    return mask == null ? torch.ones(new long[] {items, 1}, like.options()) : mask;
  }

  /** {@code table} with zeros in the rows of items that lack it: I × D. */
  Tensor masked(Tensor table) {
    return mask == null ? table : table.mul(mask);
  }

  @Override
  public void close() {
    Scope.free(rows);
    if (mask != null) {
      Scope.free(mask);
    }
  }
}
