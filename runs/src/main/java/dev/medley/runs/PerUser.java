package dev.medley.runs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Metrics of every evaluated user of the test split, so that two runs can be compared user by user.
 * Immutable.
 */
public final class PerUser {
  /** The name of the first column: the user's dense number. */
  public static final String USER = "user";

  private final List<String> columns; // C, "user" first
  private final int rows;
  private final double[] values; // rows × C

  PerUser(List<String> columns, int rows, double[] values) {
    this.columns = List.copyOf(columns);
    this.rows = rows;
    this.values = values;
  }

  /**
   * Values by user.
   *
   * @param metrics the metrics' keys, in the order of the columns
   * @param users the evaluated users' dense numbers
   * @param values one row per user, one number per metric; NaN where undefined
   */
  public static PerUser of(List<String> metrics, int[] users, double[][] values) {
    if (users.length != values.length) {
      throw new IllegalArgumentException(
          "per-user values: expected a row for each of %d users, got %d"
              .formatted(users.length, values.length));
    }
    List<String> columns = new ArrayList<>();
    columns.add(USER);
    columns.addAll(metrics);
    int width = columns.size();
    double[] copy = new double[Math.multiplyExact(users.length, width)];
    for (int row = 0; row < users.length; row++) {
      if (values[row].length != metrics.size()) {
        throw new IllegalArgumentException(
            "per-user values: expected %d metrics in row %d, got %d"
                .formatted(metrics.size(), row, values[row].length));
      }
      copy[row * width] = users[row];
      System.arraycopy(values[row], 0, copy, row * width + 1, metrics.size());
    }
    return new PerUser(columns, users.length, copy);
  }

  /** The columns' names, {@link #USER} first, then the metrics' keys. */
  public List<String> columns() {
    return columns;
  }

  /** How many users were evaluated. */
  public int rows() {
    return rows;
  }

  /** The dense number of the user of each row; a new array. */
  public int[] users() {
    return Arrays.stream(column(USER)).mapToInt(user -> (int) user).toArray();
  }

  /** The values of one column by row; a new array. */
  public double[] column(String name) {
    int column = columns.indexOf(name);
    if (column < 0) {
      throw new IllegalArgumentException(
          "per-user values: expected one of " + columns + ", got '" + name + "'");
    }
    double[] copy = new double[rows];
    for (int row = 0; row < rows; row++) {
      copy[row] = values[row * columns.size() + column];
    }
    return copy;
  }

  /** Rows × columns, row by row; shared. */
  double[] values() {
    return values;
  }
}
