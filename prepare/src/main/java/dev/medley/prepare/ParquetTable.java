package dev.medley.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;

/** Writes tables of ids and numbers as Parquet, by DuckDB. */
public final class ParquetTable {
  private static final int MEMORY_MEBIBYTES = 512;

  private ParquetTable() {}

  /** Gives the vectors of a table row by row. */
  @FunctionalInterface
  public interface Vectors {
    /** Fills {@code out} with row {@code row}. */
    void copyRow(int row, float[] out);
  }

  /** Gives the numbers of a table row by row. */
  @FunctionalInterface
  public interface Numbers {
    /** Fills {@code out}, one number per column, with row {@code row}; NaN becomes null. */
    void copyRow(int row, double[] out);
  }

  /**
   * Writes the columns {@code id} and {@code embedding}.
   *
   * @param ids one per row
   * @param dimension numbers of a vector, at least 1
   */
  public static void write(Path file, List<String> ids, int dimension, Vectors vectors)
      throws IOException {
    float[] values = new float[dimension];
    write(
        file,
        "embedding FLOAT[" + dimension + "]",
        ids,
        (row, appender) -> {
          vectors.copyRow(row, values);
          appender.append(values);
        });
  }

  /**
   * Writes the column {@code id} and one of doubles for each name.
   *
   * @param ids one per row
   * @param columns names
   */
  public static void write(Path file, List<String> ids, List<String> columns, Numbers numbers)
      throws IOException {
    double[] values = new double[columns.size()];
    List<String> types = new ArrayList<>();
    columns.forEach(name -> types.add(Workspace.name(name) + " DOUBLE"));
    write(
        file,
        String.join(", ", types),
        ids,
        (row, appender) -> {
          numbers.copyRow(row, values);
          for (double value : values) {
            if (Double.isNaN(value)) {
              appender.appendNull();
            } else {
              appender.append(value);
            }
          }
        });
  }

  private interface RowWriter {
    void append(int row, DuckDBAppender appender) throws SQLException;
  }

  private static void write(Path file, String columns, List<String> ids, RowWriter writer)
      throws IOException {
    Path scratch = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".work");
    try (Workspace workspace = Workspace.open(scratch, MEMORY_MEBIBYTES, 1)) {
      workspace.execute(
          "CREATE TABLE exported(place INTEGER, id VARCHAR"
              + (columns.isEmpty() ? "" : ", " + columns)
              + ")");
      DuckDBAppender appender = workspace.appender("exported");
      try {
        for (int row = 0; row < ids.size(); row++) {
          appender.beginRow();
          appender.append(row).append(ids.get(row));
          writer.append(row, appender);
          appender.endRow();
        }
      } catch (SQLException failure) {
        throw Workspace.failed(failure);
      }
      workspace.commit(appender);
      workspace.execute(
          "COPY (SELECT * EXCLUDE (place) FROM exported ORDER BY place) TO %s (FORMAT parquet)"
              .formatted(Workspace.quoted(file.toAbsolutePath().toString())));
    }
  }
}
