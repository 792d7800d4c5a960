package dev.medley.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * The accuracy metrics of every evaluated user: a row per user, a named column per metric. The
 * arrays are shared; callers must not write to them.
 */
public final class PerUserValues {
  private final int[] users; // E dense numbers, ascending
  private final List<String> columns;
  private final double[] values; // E × columns

  /**
   * Values that may come from a run folder.
   *
   * @param users E dense numbers, ascending
   * @param columns names, as {@code recall@20}
   * @param values row by row; NaN is undefined
   */
  public PerUserValues(int[] users, List<String> columns, double[] values) {
    if (values.length != (long) users.length * columns.size()) {
      throw new IllegalArgumentException(
          "per-user values: expected %d × %d, got %d"
              .formatted(users.length, columns.size(), values.length));
    }
    this.users = users;
    this.columns = List.copyOf(columns);
    this.values = values;
  }

  /** The evaluated users, one per row. */
  public int[] users() {
    return users;
  }

  /** The names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /** All values, row by row. */
  public double[] values() {
    return values;
  }

  /** One value. */
  public double value(int row, int column) {
    return values[row * columns.size() + column];
  }

  /**
   * One metric for all users; a new array.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public double[] column(String name) {
    int column = columns.indexOf(name);
    if (column < 0) {
      throw new IllegalArgumentException(
          "per-user values: expected one of " + columns + ", got '" + name + "'");
    }
    double[] out = new double[users.length];
    Arrays.setAll(out, row -> value(row, column));
    return out;
  }
}
