package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.engine.Parameters;
import dev.medley.engine.PositiveDefinite;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Each item's column of R regressed on the columns of K other items alone: U users, I items. Exact,
 * many columns at a time; holds I K numbers and no I × I array.
 */
public final class RestrictedRegression {
  private static final int BLOCK_FLOATS = 4 << 20; // of systems solved together: 16 MiB

  private final Interactions train;
  private final Interactions byItem; // I × U
  private final int width; // K
  private final int[] counts; // of each item's predictors, at most K
  private final int[] predictors; // K for each item

  private RestrictedRegression(
      Interactions train, Interactions byItem, int width, int[] counts, int[] predictors) {
    this.train = train;
    this.byItem = byItem;
    this.width = width;
    this.counts = counts;
    this.predictors = predictors;
  }

  /**
   * Refuses more items or predictors than memory has room for: 16 I K bytes, of predictors and
   * solutions and of both by row, and 12 K², of one system, its copy and its factor.
   *
   * @param model its name, for the message
   * @param items I
   * @param width K, at least 1
   * @param available bytes, where the system tells
   * @throws InvalidInputException with the estimate and what is available
   */
  public static void refuseBeyond(String model, int items, int width, OptionalLong available) {
    double bytes = 4.0 * Float.BYTES * items * width + 3.0 * Float.BYTES * width * width;
    if (available.isPresent() && bytes > available.getAsLong()) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "model %s: expected memory for %d neighbors of each of %d items, %.1f GiB, got %.1f"
                  + " GiB available; set fewer neighbors, or leave out rare items",
              model,
              width,
              items,
              bytes / (1L << 30),
              (double) available.getAsLong() / (1L << 30)));
    }
  }

  /**
   * Predictors from the nearest neighbours: an item's own, and where they are fewer than K, the
   * neighbours of the first of them, of the second, and so on, theirs after those.
   *
   * @param train R, U × I
   * @param nearest of each item, nearest first
   * @param width K, at least 1
   */
  public static RestrictedRegression of(Interactions train, ItemNeighbors nearest, int width) {
    int items = train.items();
    int[] counts = new int[items];
    int[] predictors = new int[Math.multiplyExact(items, width)];
    int[] seenBy = new int[items]; // the last item, plus 1, whose predictors it is among
    for (int item = 0; item < items; item++) {
      int row = item * width;
      int size = 0;
      seenBy[item] = item + 1;
      for (int from = -1; from < size && size < width; from++) {
        int source = from < 0 ? item : predictors[row + from];
        int end = nearest.offsets()[source + 1];
        for (int n = nearest.offsets()[source]; n < end && size < width; n++) {
          int other = nearest.neighbors()[n];
          if (seenBy[other] != item + 1) {
            seenBy[other] = item + 1;
            predictors[row + size++] = other;
          }
        }
      }
      counts[item] = size;
    }
    return new RestrictedRegression(train, train.transposed(), width, counts, predictors);
  }

  /** K. */
  public int width() {
    return width;
  }

  /**
   * B: column j holds argmin ‖r_j − R_N b‖² + λ‖b‖² at j's predictors N, and zeros elsewhere.
   *
   * @param l2 λ, above 0
   * @param parameters give the number type
   * @return a scorer by the rows of R B
   * @throws InvalidInputException if λ is too small for the number type
   */
  public ItemNeighbors solve(double l2, Parameters parameters) {
    int items = train.items();
    int most = Arrays.stream(train.itemCounts()).max().orElse(0);
    if (most > 0 && (float) (most + l2) == most) {
      throw tooSmall(l2);
    }
    float[] solved = new float[predictors.length]; // K for each item
    int height = Math.max(1, Math.min(items, BLOCK_FLOATS / Math.max(1, width * width)));
    float[] grams = new float[height * width * width];
    float[] right = new float[height * width];
    Overlaps overlaps = new Overlaps();
    for (int from = 0; from < items; from += height) {
      int size = Math.min(height, items - from);
      Arrays.fill(grams, 0);
      Arrays.fill(right, 0);
      for (int item = from; item < from + size; item++) {
        fill(item, l2, grams, right, item - from, overlaps);
      }
      try (Scope scope = Scope.open()) {
        Tensor solution =
            PositiveDefinite.solve(
                parameters.typed(Tensors.of(grams, height, width, width)).narrow(0, 0, size),
                parameters.typed(Tensors.of(right, height, width, 1)).narrow(0, 0, size));
        if (solution == null) {
          throw tooSmall(l2);
        }
        float[] values = Tensors.toFloats(solution.to(torch.ScalarType.Float));
        System.arraycopy(values, 0, solved, from * width, values.length);
      }
    }
    return rows(solved);
  }

  private static InvalidInputException tooSmall(double l2) {
    return new InvalidInputException(
        "l2: expected enough for RᵀR + λI to be positive definite in float32, got %s; try 10"
            .formatted(l2));
  }

  /**
   * The lower triangle of R_NᵀR_N + λI, and R_Nᵀr_j, of item j. Rows beyond the predictors that it
   * has are those of the identity, whose solution is 0.
   */
  private void fill(
      int item, double l2, float[] grams, float[] right, int system, Overlaps overlaps) {
    int begin = item * width;
    for (int k = 0; k < width; k++) {
      int row = (system * width + k) * width;
      if (k < counts[item]) {
        overlaps.add(predictors[begin + k], k);
        overlaps.count(predictors[begin + k], grams, row);
        grams[row + k] += (float) l2;
      } else {
        grams[row + k] = 1;
      }
    }
    overlaps.count(item, right, system * width);
    overlaps.clear();
  }

  /**
   * Which of the items added so far each user has, so that pairs are counted along the users and no
   * item is looked at that was not added.
   */
  private final class Overlaps {
    private final int[] places = new int[train.size()]; // of a user's items, from its first on
    private final int[] sizes = new int[train.users()]; // how many of them
    private final int[] touched = new int[train.users()]; // users with a size
    private int users; // touched

    void add(int item, int place) {
      for (int n = byItem.begin(item); n < byItem.end(item); n++) {
        int user = byItem.columns()[n];
        if (sizes[user] == 0) {
          touched[users++] = user;
        }
        places[train.begin(user) + sizes[user]++] = place;
      }
    }

    /** Adds how many users the item has in common with each added one, at that one's place. */
    void count(int item, float[] counts, int row) {
      for (int n = byItem.begin(item); n < byItem.end(item); n++) {
        int user = byItem.columns()[n];
        int first = train.begin(user);
        for (int at = first; at < first + sizes[user]; at++) {
          counts[row + places[at]]++;
        }
      }
    }

    void clear() {
      for (int k = 0; k < users; k++) {
        sizes[touched[k]] = 0;
      }
      users = 0;
    }
  }

  /** The solved columns as rows: what each item says of others. */
  private ItemNeighbors rows(float[] solved) {
    int items = train.items();
    int[] offsets = new int[items + 1];
    for (int item = 0; item < items; item++) {
      for (int k = item * width; k < item * width + counts[item]; k++) {
        offsets[predictors[k] + 1]++;
      }
    }
    for (int item = 0; item < items; item++) {
      offsets[item + 1] += offsets[item];
    }
    int[] next = Arrays.copyOf(offsets, items);
    int[] columns = new int[offsets[items]];
    float[] values = new float[columns.length];
    for (int item = 0; item < items; item++) {
      for (int k = item * width; k < item * width + counts[item]; k++) {
        int at = next[predictors[k]]++;
        columns[at] = item;
        values[at] = solved[k];
      }
    }
    return new ItemNeighbors(train, offsets, columns, values);
  }
}
