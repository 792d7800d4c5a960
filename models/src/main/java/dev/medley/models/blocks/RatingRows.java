package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.engine.HandWritten;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.SparsePattern;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The items' rows X̃ of the item × user matrix, as the input of an autoencoder: I items, U users, E
 * stored entries, R rows of a batch. Owns native memory until closed.
 */
public final class RatingRows implements AutoCloseable {

  /** What the stored entries hold. */
  public enum Scaling {
    /** 1 / √n_i in the row of an item with n_i users, so that each row has length 1. */
    SQRT,
    /** 1. */
    NONE;

    private float of(int count) {
      return this == SQRT ? (float) (1 / Math.sqrt(count)) : 1;
    }
  }

  private final Interactions byItem; // I × U
  private final Scaling scaling;
  private final Parameters type; // whose number type the values have
  private final SparsePattern pattern; // R × U
  private final Tensor values; // E
  private @Nullable RatingRows part; // the rows of the batch at hand

  private RatingRows(
      Interactions byItem,
      Scaling scaling,
      Parameters type,
      SparsePattern pattern,
      float[] values) {
    this.byItem = byItem;
    this.scaling = scaling;
    this.type = type;
    this.pattern = pattern;
    try (Scope scope = Scope.open()) {
      this.values = scope.release(type.typed(Tensors.of(values, values.length)));
    }
  }

  /**
   * All rows.
   *
   * @param train U × I
   * @param type gives the number type of the values
   */
  public static RatingRows of(Interactions train, Scaling scaling, Parameters type) {
    Interactions byItem = train.transposed();
    float[] values = new float[byItem.size()];
    for (int item = 0; item < byItem.users(); item++) {
      Arrays.fill(values, byItem.begin(item), byItem.end(item), scaling.of(byItem.count(item)));
    }
    SparsePattern pattern = SparsePattern.of(byItem.items(), byItem.offsets(), byItem.columns());
    return new RatingRows(byItem, scaling, type, pattern, values);
  }

  /**
   * The rows of some items in their order. What it gives stays valid until it is asked again, and
   * is closed with this.
   */
  public RatingRows rows(int[] items) {
    closePart();
    int[] offsets = new int[items.length + 1];
    for (int k = 0; k < items.length; k++) {
      offsets[k + 1] = offsets[k] + byItem.count(items[k]);
    }
    int[] columns = new int[offsets[items.length]];
    float[] chosen = new float[columns.length];
    for (int k = 0; k < items.length; k++) {
      int count = byItem.count(items[k]);
      System.arraycopy(byItem.columns(), byItem.begin(items[k]), columns, offsets[k], count);
      Arrays.fill(chosen, offsets[k], offsets[k + 1], scaling.of(count));
    }
    RatingRows rows =
        new RatingRows(
            byItem, scaling, type, SparsePattern.of(byItem.items(), offsets, columns), chosen);
    part = rows;
    return rows;
  }

  /** R. */
  public int count() {
    return pattern.rows();
  }

  /** Where the stored entries are, R × U. */
  public SparsePattern pattern() {
    return pattern;
  }

  /** The stored entries of X̃, E. */
  public Tensor values() {
    return values;
  }

  /**
   * The stored entries with a share of them dropped and the others scaled up, E; drawn from
   * libtorch's generator.
   *
   * @param share in [0, 1)
   */
  public Tensor dropped(double share) {
    return share == 0 ? values : torch.dropout(values, share, true);
  }

  /**
   * X̃ W as a sparse product, with its gradient.
   *
   * @param values the stored entries of X̃, E
   * @param weight W, U × D
   * @return R × D
   */
  public Tensor times(Tensor values, Tensor weight) {
    return HandWritten.of(
        pattern.times(values, weight.detach()), // R × D
        incoming -> List.of(pattern.transposedTimes(values, incoming.contiguous())), // U × D
        weight);
  }

  private void closePart() {
    if (part != null) {
      part.close();
      part = null;
    }
  }

  @Override
  public void close() {
    closePart();
    pattern.close();
    Scope.free(values);
  }
}
