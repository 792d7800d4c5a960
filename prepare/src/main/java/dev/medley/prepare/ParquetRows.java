package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Columns of a Parquet file as texts, by DuckDB. */
final class ParquetRows {
  private static final int MEMORY_MEBIBYTES = 512;

  private ParquetRows() {}

  /** Takes the values of a row. */
  interface Reader {
    /** One row; null where a value or the column is null. */
    void read(List<@Nullable String> values, String where) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @param columns names; null gives null
   * @param scratch a folder for the database, which is gone afterwards
   * @throws InvalidInputException if it is no Parquet file or a column is not there
   */
  static void read(Path file, List<@Nullable String> columns, Path scratch, Reader reader)
      throws IOException {
    try (Workspace workspace = Workspace.open(scratch.resolve("parquet"), MEMORY_MEBIBYTES, 2)) {
      workspace.execute("SET preserve_insertion_order = true"); // rows are counted, the first stay
      String from = "read_parquet(" + Workspace.quoted(file.toAbsolutePath().toString()) + ")";
      List<String> names = new ArrayList<>();
      List<String> selected = new ArrayList<>();
      List<String> types = new ArrayList<>();
      try {
        workspace.query(
            "DESCRIBE SELECT * FROM " + from,
            row -> {
              names.add(row.getString(1));
              types.add(row.getString(2).toUpperCase(Locale.ROOT));
            });
      } catch (IOException none) {
        throw new InvalidInputException(
            "%s: expected a Parquet file, got something else (%s); check the file"
                .formatted(file, none.getMessage()),
            none);
      }
      for (String column : columns) {
        int at = column == null ? -1 : names.indexOf(column);
        if (column != null && at < 0) {
          throw new InvalidInputException(
              "%s: expected a column '%s', got %s; name one of them"
                  .formatted(file, column, String.join(", ", names)));
        }
        selected.add(column == null ? "NULL" : asText(Workspace.name(column), types.get(at)));
      }
      long[] line = new long[1];
      workspace.query(
          "SELECT " + String.join(", ", selected) + " FROM " + from,
          row -> {
            line[0]++;
            reader.read(values(row, columns.size()), file.getFileName() + " row " + line[0]);
          });
    }
  }

  private static List<@Nullable String> values(ResultSet row, int count) throws SQLException {
    List<@Nullable String> values = new ArrayList<>();
    for (int k = 1; k <= count; k++) {
      values.add(row.getString(k));
    }
    return values;
  }

  /** Times in seconds, lists joined by a bar, all else as DuckDB writes it. */
  private static String asText(String column, String type) {
    if (type.startsWith("TIMESTAMP") || type.equals("DATE")) {
      return "epoch(" + column + ")::VARCHAR";
    }
    return type.endsWith("[]") ? "array_to_string(" + column + ", '|')" : column + "::VARCHAR";
  }
}
