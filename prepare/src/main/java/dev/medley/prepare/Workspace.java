package dev.medley.prepare;

import dev.medley.data.FolderDraft;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/**
 * A DuckDB database in a folder of its own, deleted on closing. It fetches no extension and spills
 * to that folder what does not fit its memory.
 */
final class Workspace implements Closeable {
  private final Path folder;
  private final DuckDBConnection connection;
  private final Statement statement;

  private Workspace(Path folder, DuckDBConnection connection, Statement statement) {
    this.folder = folder;
    this.connection = connection;
    this.statement = statement;
  }

  /**
   * Opens an empty database.
   *
   * @param folder is created
   * @param memoryMebibytes what DuckDB may use
   */
  static Workspace open(Path folder, int memoryMebibytes, int threads) throws IOException {
    Files.createDirectory(folder);
    Properties settings = new Properties();
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    settings.setProperty("allow_community_extensions", "false");
    settings.setProperty("memory_limit", memoryMebibytes + "MiB");
    settings.setProperty("threads", Integer.toString(threads));
    settings.setProperty("temp_directory", folder.resolve("spill").toString());
    settings.setProperty("preserve_insertion_order", "false");
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    try {
      Connection opened =
          new DuckDBDriver().connect("jdbc:duckdb:" + folder.resolve("work.duckdb"), settings);
      if (opened == null) {
        throw new IllegalStateException("DuckDB's driver takes its own address");
      }
      DuckDBConnection connection = opened.unwrap(DuckDBConnection.class);
      return new Workspace(folder, connection, connection.createStatement());
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** Where it keeps its files, and others may keep theirs until it is closed. */
  Path folder() {
    return folder;
  }

  /** Runs a statement; gives how many rows it changed. */
  long execute(String sql) throws IOException {
    try {
      return statement.executeLargeUpdate(sql);
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** The first value of the first row as a whole number. */
  long number(String sql) throws IOException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getLong(1) : 0;
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** The first value of the first row as a text. */
  String text(String sql) throws IOException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** What is done with each row. */
  interface RowReader {
    /** Reads the current row. */
    void read(ResultSet row) throws SQLException, IOException;
  }

  /** Runs a query row by row. */
  void query(String sql, RowReader reader) throws IOException {
    try (Statement own = connection.createStatement();
        ResultSet rows = own.executeQuery(sql)) {
      while (rows.next()) {
        reader.read(rows);
      }
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** Appends rows to a table, all within one transaction that {@link #commit} ends. */
  DuckDBAppender appender(String table) throws IOException {
    try {
      connection.setAutoCommit(false); // else every 2,048 rows are forced to disk
      return connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, table);
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** Closes an appender and keeps what was appended. */
  void commit(DuckDBAppender appender) throws IOException {
    try {
      appender.close();
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** A text as SQL writes it. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A column's name as SQL writes it. */
  static String name(String column) {
    return "\"" + column.replace("\"", "\"\"") + "\"";
  }

  /** A failure of DuckDB, as of a full disk. */
  static IOException failed(SQLException failure) {
    return new IOException(
        "DuckDB: " + String.valueOf(failure.getMessage()).lines().findFirst().orElse("no message"),
        failure);
  }

  @Override
  public void close() throws IOException {
    try (connection;
        statement) {
      // closed in this order
    } catch (SQLException failure) {
      throw failed(failure);
    } finally {
      FolderDraft.deleteAll(folder);
    }
  }
}
