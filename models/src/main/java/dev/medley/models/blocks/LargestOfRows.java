package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Keeps the K entries of each row that are largest in size, while the columns of an I × I matrix
 * come from left to right; of equal ones the first, and no zeros. Each row is a heap whose root is
 * the entry that would go next.
 */
public final class LargestOfRows {
  private final int width; // K
  private final int[] sizes; // of the rows
  private final float[] values; // K for each row
  private final int[] columns;

  /**
   * Keeps nothing yet.
   *
   * @param rows I
   * @param width K, at least 1
   */
  public LargestOfRows(int rows, int width) {
    this.width = width;
    this.sizes = new int[rows];
    this.values = new float[Math.multiplyExact(rows, width)];
    this.columns = new int[values.length];
  }

  /**
   * Refuses more items or neighbours than memory has room for: 16 I K bytes, of what is kept, and
   * of the same by row.
   *
   * @param model its name, for the message
   * @param items I
   * @param width K, at least 1
   * @param available bytes, where the system tells
   * @throws InvalidInputException with the estimate and what is available
   */
  public static void refuseBeyond(String model, int items, int width, OptionalLong available) {
    double bytes = 4.0 * Float.BYTES * items * width;
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

  /** Offers an entry, in the order of its columns. */
  public void offer(int row, int column, float value) {
    int begin = row * width;
    if (sizes[row] < width) {
      if (value != 0) {
        rise(begin, sizes[row]++, column, value);
      }
    } else if (Math.abs(value) > Math.abs(values[begin])) {
      sink(begin, column, value);
    }
  }

  /** Whether an entry goes before another: it is smaller, or as large and further to the right. */
  private static boolean before(float value, int column, float other, int otherColumn) {
    float size = Math.abs(value);
    float otherSize = Math.abs(other);
    return size < otherSize || (size == otherSize && column > otherColumn);
  }

  private void rise(int begin, int last, int column, float value) {
    int at = last;
    while (at > 0) {
      int parent = begin + (at - 1) / 2;
      if (!before(value, column, values[parent], columns[parent])) {
        break;
      }
      put(begin + at, columns[parent], values[parent]);
      at = (at - 1) / 2;
    }
    put(begin + at, column, value);
  }

  private void sink(int begin, int column, float value) {
    int at = 0;
    for (int child = 1; child < width; child = 2 * at + 1) {
      int left = begin + child;
      int next =
          child + 1 < width
                  && before(values[left + 1], columns[left + 1], values[left], columns[left])
              ? child + 1
              : child;
      if (!before(values[begin + next], columns[begin + next], value, column)) {
        break;
      }
      put(begin + at, columns[begin + next], values[begin + next]);
      at = next;
    }
    put(begin + at, column, value);
  }

  private void put(int place, int column, float value) {
    values[place] = value;
    columns[place] = column;
  }

  /** A scorer of the rows, each in the order of its columns. */
  public ItemNeighbors toScorer(Interactions train) {
    int rows = sizes.length;
    int[] offsets = new int[rows + 1];
    for (int row = 0; row < rows; row++) {
      offsets[row + 1] = offsets[row] + sizes[row];
    }
    int[] neighbors = new int[offsets[rows]];
    float[] similarities = new float[neighbors.length];
    for (int row = 0; row < rows; row++) {
      long[] order = new long[sizes[row]]; // a column, and where it stands
      for (int k = 0; k < order.length; k++) {
        order[k] = (long) columns[row * width + k] << Integer.SIZE | k;
      }
      Arrays.sort(order);
      for (int k = 0; k < order.length; k++) {
        neighbors[offsets[row] + k] = (int) (order[k] >>> Integer.SIZE);
        similarities[offsets[row] + k] = values[row * width + (int) order[k]];
      }
    }
    return new ItemNeighbors(train, offsets, neighbors, similarities);
  }
}
