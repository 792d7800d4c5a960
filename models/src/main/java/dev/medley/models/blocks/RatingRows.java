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
 * stored entries, R rows of a batch. Or, by {@link #ofUsers}, the users' rows of its transpose:
 * read users for items then, and items for users. Owns native memory until closed.
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
  private final float[] weights; // of every entry of all rows
  private final Parameters type; // whose number type the values have
  private final SparsePattern pattern; // R × U
  private final Tensor values; // E
  private @Nullable RatingRows part; // the rows of the batch at hand

  private RatingRows(
      Interactions byItem,
      float[] weights,
      Parameters type,
      SparsePattern pattern,
      float[] values) {
    this.byItem = byItem;
    this.weights = weights;
    this.type = type;
    this.pattern = pattern;
    try (Scope scope = Scope.open()) {
      this.values = scope.release(type.typed(Tensors.of(values, values.length)));
    } catch (RuntimeException failure) {
      pattern.close();
      throw failure;
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
    return weighted(byItem, values, type);
  }

  /**
   * Rows of any entries.
   *
   * @param places where they are, I × U
   * @param weights the entries, row by row; taken over
   * @param type gives the number type of the values
   */
  public static RatingRows weighted(Interactions places, float[] weights, Parameters type) {
    SparsePattern pattern = SparsePattern.of(places.items(), places.offsets(), places.columns());
    return new RatingRows(places, weights, type, pattern, weights);
  }

  /**
   * All rows of the users.
   *
   * @param train U × I
   * @param type gives the number type of the values
   */
  public static RatingRows ofUsers(Interactions train, Scaling scaling, Parameters type) {
    return of(train.transposed(), scaling, type);
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
      System.arraycopy(weights, byItem.begin(items[k]), chosen, offsets[k], count);
    }
    RatingRows rows =
        new RatingRows(
            byItem, weights, type, SparsePattern.of(byItem.items(), offsets, columns), chosen);
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
   * X̃ W as a sparse product, with its gradient in W, and in the entries where they have a tape.
   *
   * @param values the stored entries of X̃, E
   * @param weight W, U × D
   * @return R × D
   */
  public Tensor times(Tensor values, Tensor weight) {
    if (values.requires_grad()) {
      return timesBoth(values, weight);
    }
    return HandWritten.of(
        pattern.times(values, weight.detach()), // R × D
        incoming -> List.of(pattern.transposedTimes(values, incoming.contiguous())), // U × D
        weight);
  }

  private Tensor timesBoth(Tensor values, Tensor weight) {
    Tensor entries = values.detach();
    Tensor table = weight.detach();
    return HandWritten.of(
        pattern.times(entries, table), // R × D
        incoming -> {
          Tensor gradient = incoming.contiguous(); // R × D
          return List.of(
              pattern.innerProducts(gradient, table), // E
              pattern.transposedTimes(entries, gradient)); // U × D
        },
        values,
        weight);
  }

  /**
   * The sum of each row's entries, with its gradient.
   *
   * @param values E
   * @return R
   */
  public Tensor sums(Tensor values) {
    Tensor ones = torch.ones(new long[] {pattern.columns(), 1}, values.options());
    return times(values, ones).squeeze(1);
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
