package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code history.csv} that grows while a run is trained: a row per evaluation, forced to
 * disk as it happens. A column per loss term of any phase and per validation metric; a metric's
 * name holds {@code @}, a loss term's does not.
 */
public final class History {
  private static final String PHASE = "phase";
  private static final String EPOCH = "epoch";
  private static final String SECONDS = "seconds";

  /**
   * One evaluation.
   *
   * @param epoch within the phase; the candidate's number for a closed form
   * @param losses by term; a term of another phase is absent
   * @param metrics by key; an undefined one is absent or NaN
   * @param seconds wall time since the row before
   */
  public record Row(
      String phase,
      @Nullable Integer epoch,
      Map<String, Double> losses,
      Map<String, Double> metrics,
      double seconds) {

    /** Takes copies of the maps in their order, without NaN. */
    public Row {
      losses = withoutNaN(losses);
      metrics = withoutNaN(metrics);
    }

    private static Map<String, Double> withoutNaN(Map<String, Double> values) {
      Map<String, Double> copy = new LinkedHashMap<>(values);
      copy.values().removeIf(value -> value.isNaN());
      return Collections.unmodifiableMap(copy);
    }
  }

  private final Path file;
  private final List<String> losses;
  private final List<String> metrics;

  private History(Path file, List<String> losses, List<String> metrics) {
    this.file = file;
    this.losses = List.copyOf(losses);
    this.metrics = List.copyOf(metrics);
    Set<String> names = new LinkedHashSet<>();
    for (String name : columns()) {
      if (!name.matches("[^,\"\\p{Cntrl}]+") || !names.add(name)) {
        throw new IllegalArgumentException(
            "history columns: expected each once, without comma, quote or line end, got '"
                + name
                + "'");
      }
    }
    for (String name : losses) {
      if (name.indexOf('@') >= 0) {
        throw new IllegalArgumentException("loss term: expected a name without @, got " + name);
      }
    }
    for (String name : metrics) {
      if (name.indexOf('@') < 0) {
        throw new IllegalArgumentException("metric: expected a name as recall@20, got " + name);
      }
    }
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>(List.of(PHASE, EPOCH));
    columns.addAll(losses);
    columns.addAll(metrics);
    columns.add(SECONDS);
    return columns;
  }

  private String header() {
    return String.join(",", columns()) + "\n";
  }

  /**
   * Begins a table: {@code file} then holds the header alone, whatever it held before.
   *
   * @param losses every loss term of every phase
   * @param metrics the validation metrics' keys
   */
  public static History create(Path file, List<String> losses, List<String> metrics)
      throws IOException {
    History history = new History(file, losses, metrics);
    Files.deleteIfExists(file);
    history.write(history.header());
    return history;
  }

  /**
   * Goes on with a table, cut back to where a checkpoint saw it.
   *
   * @param length what {@link #length} gave when the checkpoint was written
   * @throws InvalidInputException if the file is shorter, or has other columns
   */
  public static History resume(Path file, List<String> losses, List<String> metrics, long length)
      throws IOException {
    History history = new History(file, losses, metrics);
    byte[] header = history.header().getBytes(StandardCharsets.UTF_8);
    long found = Files.exists(file) ? Files.size(file) : 0;
    if (found < length || length < header.length) {
      throw new InvalidInputException(
          "%s: expected at least the %d bytes of the checkpoint, got %d; delete the run and train it again"
              .formatted(file, Math.max(length, header.length), found));
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer begin = ByteBuffer.allocate(header.length);
      while (begin.hasRemaining() && channel.read(begin) >= 0) {}
      if (!begin.flip().equals(ByteBuffer.wrap(header))) {
        throw new InvalidInputException(
            "%s, line 1: expected %s, got other columns; delete the run and train it again"
                .formatted(file, history.header().strip()));
      }
      channel.truncate(length);
      channel.force(true);
    }
    return history;
  }

  /**
   * Where a table's first rows end: what {@link #resume} is to cut it back to.
   *
   * @param rows how many rows after the header
   * @return bytes
   * @throws InvalidInputException if there are fewer
   */
  public static long lengthAfter(Path file, int rows) throws IOException {
    byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    int lines = 0;
    for (int k = 0; k < content.length; k++) {
      if (content[k] == '\n' && lines++ == rows) {
        return k + 1L;
      }
    }
    throw new InvalidInputException(
        "%s: expected at least the %d rows of the checkpoint, got fewer; delete the run and train it again"
            .formatted(file, rows));
  }

  /**
   * Adds a row; when this returns it is on disk. After a failure the file is as before.
   *
   * @throws IllegalArgumentException if the row has a loss term or metric without a column
   */
  public void append(Row row) throws IOException {
    StringBuilder line = new StringBuilder(row.phase());
    if (!row.phase().matches("[^,\"\\p{Cntrl}]+")) {
      throw new IllegalArgumentException("phase: expected a plain name, got '" + row.phase() + "'");
    }
    line.append(',').append(row.epoch() == null ? "" : row.epoch().toString());
    appendCells(line, losses, row.losses());
    appendCells(line, metrics, row.metrics());
    line.append(',').append(Double.toString(row.seconds())).append('\n');
    write(line.toString());
  }

  private static void appendCells(
      StringBuilder line, List<String> columns, Map<String, Double> values) {
    for (String name : values.keySet()) {
      if (!columns.contains(name)) {
        throw new IllegalArgumentException(
            "history: expected one of " + columns + ", got '" + name + "'");
      }
    }
    for (String name : columns) {
      Double value = values.get(name);
      line.append(',').append(value == null ? "" : value.toString());
    }
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long before = channel.size();
      channel.position(before);
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      } catch (IOException failure) {
        try {
          channel.truncate(before);
        } catch (IOException second) {
          failure.addSuppressed(second);
        }
        throw failure;
      }
    }
  }

  /** The table's bytes so far, for the checkpoint that goes with its last row. */
  public long length() throws IOException {
    return Files.size(file);
  }

  /**
   * Reads a table.
   *
   * @throws InvalidInputException with file and line if a cell is not as it was written
   */
  public static List<Row> read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException malformed) {
      throw new InvalidInputException(file + ": expected UTF-8 text, got other bytes", malformed);
    }
    List<String> columns = lines.isEmpty() ? List.of() : List.of(lines.get(0).split(",", -1));
    int last = columns.size() - 1;
    if (last < 2
        || !columns.get(0).equals(PHASE)
        || !columns.get(1).equals(EPOCH)
        || !columns.get(last).equals(SECONDS)) {
      throw new InvalidInputException(
          file + ", line 1: expected the columns phase,epoch,…,seconds, got others");
    }
    List<Row> rows = new ArrayList<>();
    for (int index = 1; index < lines.size(); index++) {
      String[] cells = lines.get(index).split(",", -1);
      if (cells.length != columns.size()) {
        throw new InvalidInputException(
            "%s, line %d: expected %d fields, got %d"
                .formatted(file, index + 1, columns.size(), cells.length));
      }
      try {
        rows.add(row(columns, cells));
      } catch (NumberFormatException malformed) {
        throw new InvalidInputException(
            "%s, line %d: expected numbers, got: %s"
                .formatted(
                    file, index + 1, RunJson.oneLine(String.valueOf(malformed.getMessage()))),
            malformed);
      }
    }
    return rows;
  }

  private static Row row(List<String> columns, String[] cells) {
    Map<String, Double> losses = new LinkedHashMap<>();
    Map<String, Double> metrics = new LinkedHashMap<>();
    int last = cells.length - 1;
    for (int column = 2; column < last; column++) {
      if (!cells[column].isEmpty()) {
        String name = columns.get(column);
        (name.indexOf('@') < 0 ? losses : metrics).put(name, Double.valueOf(cells[column]));
      }
    }
    Integer epoch = cells[1].isEmpty() ? null : Integer.valueOf(cells[1]);
    return new Row(cells[0], epoch, losses, metrics, Double.parseDouble(cells[last]));
  }
}
