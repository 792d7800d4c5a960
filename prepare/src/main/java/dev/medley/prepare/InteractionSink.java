package dev.medley.prepare;

import java.io.Closeable;
import java.io.IOException;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Takes the interactions of a source and refuses those that are not valid, each with a reason. */
public final class InteractionSink implements Closeable {
  /** The first stage. */
  static final String READ = "read";

  /** The stage that leaves out what is not valid. */
  static final String VALID = "valid";

  /** Of an interaction without its own split. */
  public static final int NO_LABEL = -1;

  private static final long REPORT_EVERY = 1 << 20;

  private final Workspace workspace;
  private final DuckDBAppender appender;
  private final Drops drops;
  private final Progress progress;
  private long read;
  private long valid;

  /** Creates the table {@code raw}. */
  InteractionSink(Workspace workspace, Drops drops, Progress progress) throws IOException {
    workspace.execute(
        "CREATE TABLE raw(line BIGINT, \"user\" VARCHAR, item VARCHAR, rating DOUBLE, time DOUBLE,"
            + " label TINYINT)");
    this.workspace = workspace;
    this.appender = workspace.appender("raw");
    this.drops = drops;
    this.progress = progress;
  }

  /**
   * One interaction.
   *
   * @param user null where it has none
   * @param item null where it has none
   * @param rating NaN where it is not known, infinite where it is no number
   * @param time NaN where it is not known, infinite where it is no time
   * @param label 0, 1, 2, or {@link #NO_LABEL}
   * @param where its place, for messages
   */
  public void add(
      @Nullable String user,
      @Nullable String item,
      double rating,
      double time,
      int label,
      String where)
      throws IOException {
    String fault = fault(user, item, rating, time);
    if (fault != null || user == null || item == null) {
      drop(String.valueOf(fault), where);
      return;
    }
    counted();
    valid++;
    try {
      appender.beginRow();
      appender.append(read).append(user).append(item);
      if (Double.isNaN(rating)) {
        appender.appendNull();
      } else {
        appender.append(rating);
      }
      if (Double.isNaN(time)) {
        appender.appendNull();
      } else {
        appender.append(time);
      }
      appender.append((byte) label).endRow();
    } catch (SQLException failure) {
      throw Workspace.failed(failure);
    }
  }

  private static @Nullable String fault(
      @Nullable String user, @Nullable String item, double rating, double time) {
    if (user == null) {
      return "no user id";
    }
    if (item == null) {
      return "no item id";
    }
    String fault = CleanText.faultOfId(user);
    if (!fault.isEmpty()) {
      return fault.equals("empty") ? "no user id" : "user id " + fault;
    }
    fault = CleanText.faultOfId(item);
    if (!fault.isEmpty()) {
      return fault.equals("empty") ? "no item id" : "item id " + fault;
    }
    if (Double.isInfinite(rating)) {
      return "rating that is no number";
    }
    return Double.isInfinite(time) ? "timestamp that is no time" : null;
  }

  /** A line that is no valid interaction. */
  public void drop(String reason, String where) {
    counted();
    drops.add(VALID, reason, where);
  }

  /** Lines that a source has counted itself, as those of a Parquet file. */
  void counted(long lines, long validOnes) {
    read += lines;
    valid += validOnes;
  }

  private void counted() {
    read++;
    if (read % REPORT_EVERY == 0) {
      progress.report("interactions read", read);
    }
  }

  /** Lines so far. */
  long read() {
    return read;
  }

  /** Interactions so far. */
  long valid() {
    return valid;
  }

  @Override
  public void close() throws IOException {
    workspace.commit(appender);
  }
}
