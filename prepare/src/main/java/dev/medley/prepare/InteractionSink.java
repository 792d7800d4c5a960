package dev.medley.prepare;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final double LARGEST_EXACT = 1L << 53;

  private final Workspace workspace;
  private final Path file;
  private final OutputStream out;
  private final StringBuilder row = new StringBuilder();
  private final Drops drops;
  private final Progress progress;
  private long read;
  private long valid;
  private boolean pointed;

  /** Takes interactions for the table {@code raw}. */
  InteractionSink(Workspace workspace, Drops drops, Progress progress) throws IOException {
    this.workspace = workspace;
    this.file = workspace.folder().resolve("raw.tsv");
    this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
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
    row.setLength(0);
    row.append(read).append('\t').append(user).append('\t').append(item).append('\t');
    append(rating);
    row.append('\t');
    append(time);
    row.append('\t').append(label).append('\n');
    out.write(row.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void append(double value) {
    if (value == Math.rint(value) && Math.abs(value) < LARGEST_EXACT) {
      row.append((long) value);
    } else if (!Double.isNaN(value)) {
      row.append(value);
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

  /** Notes how a rating is written: where one of them has a point, so have those of the dataset. */
  void noteRating(String written) {
    pointed |= written.indexOf('.') >= 0;
  }

  /** Whether a rating with a point was noted. */
  boolean pointed() {
    return pointed;
  }

  /** A line that is no valid interaction. */
  public void drop(String reason, String where) {
    counted();
    drops.add(VALID, reason, where);
  }

  private void counted() {
    read++;
    if (read % REPORT_EVERY == 0) {
      progress.report("interactions read", read);
    }
  }

  /** A folder for what a source needs while it reads. */
  Path scratch() {
    return workspace.folder();
  }

  /** Lines so far. */
  long read() {
    return read;
  }

  /** Interactions so far. */
  long valid() {
    return valid;
  }

  /**
   * Loads what was taken into the table {@code raw}: ids have no control characters, so that the
   * file needs no quotes and DuckDB reads it on all threads, in half the time of its appender.
   */
  void load() throws IOException {
    out.close();
    workspace.execute(
        "CREATE TABLE raw AS SELECT * FROM read_csv("
            + Workspace.quoted(file.toString())
            + ", delim = chr(9), quote = '', escape = '', header = false, auto_detect = false,"
            + " nullstr = '', columns = {'line': 'BIGINT', 'user': 'VARCHAR', 'item': 'VARCHAR',"
            + " 'rating': 'DOUBLE', 'time': 'DOUBLE', 'label': 'TINYINT'})");
    Files.delete(file);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
