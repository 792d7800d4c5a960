package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Metrics of every evaluated user of the test split, so that two runs can be compared user by user.
 * The arrays are shared; callers must not write to them.
 */
public final class PerUser {
  /** The name of the file's first column: the user's dense number. */
  public static final String USER = "user";

  private final int[] users; // E dense numbers
  private final List<String> metrics; // M keys
  private final double[] values; // E × M

  /**
   * Values by user.
   *
   * @param users E dense numbers
   * @param metrics M keys, as {@code recall@20}
   * @param values E × M, row by row; NaN is undefined
   */
  public PerUser(int[] users, List<String> metrics, double[] values) {
    if (values.length != (long) users.length * metrics.size()) {
      throw new IllegalArgumentException(
          "per-user values: expected %d × %d, got %d"
              .formatted(users.length, metrics.size(), values.length));
    }
    this.users = users;
    this.metrics = List.copyOf(metrics);
    this.values = values;
  }

  /** The evaluated users, one per row. */
  public int[] users() {
    return users;
  }

  /** The metrics' keys, one per column. */
  public List<String> metrics() {
    return metrics;
  }

  /** All values, row by row. */
  public double[] values() {
    return values;
  }

  /** The columns of the file: {@link #USER}, then the metrics' keys. */
  List<String> columns() {
    List<String> columns = new ArrayList<>();
    columns.add(USER);
    columns.addAll(metrics);
    return columns;
  }

  void write(Path file) throws IOException {
    Npy.writeDoubles(
        file,
        users.length,
        metrics.size() + 1,
        (row, out) -> {
          out[0] = users[row];
          System.arraycopy(values, row * metrics.size(), out, 1, metrics.size());
        });
  }

  static PerUser read(Path file, List<String> columns) throws IOException {
    Npy table = Npy.read(file);
    if (table.columns() != columns.size()) {
      throw new InvalidInputException(
          "%s: expected %d columns as run.json names, got %d; the run is damaged: train it again"
              .formatted(file, columns.size(), table.columns()));
    }
    List<String> metrics = columns.subList(1, columns.size());
    double[] numbers = table.toDoubles();
    int[] users = new int[table.rows()];
    double[] values = new double[users.length * metrics.size()];
    for (int row = 0; row < users.length; row++) {
      int begin = row * columns.size();
      users[row] = (int) numbers[begin];
      if (users[row] < 0 || users[row] != numbers[begin]) {
        throw new InvalidInputException(
            "%s, row %d: expected a user's number, got %s; the run is damaged: train it again"
                .formatted(file, row, numbers[begin]));
      }
      System.arraycopy(numbers, begin + 1, values, row * metrics.size(), metrics.size());
    }
    return new PerUser(users, metrics, values);
  }
}
