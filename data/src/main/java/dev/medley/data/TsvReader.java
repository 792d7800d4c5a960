package dev.medley.data;

import dev.medley.core.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A UTF-8 file of tab-separated fields under a header line, read as slices of one buffer, so that a
 * caller who wants numbers makes no strings. A byte order mark, carriage returns before line ends
 * and blank lines at the end are passed over.
 */
final class TsvReader implements Closeable {
  private final Path file;
  private final InputStream in;
  private final List<String> header;

  private byte[] buffer = new byte[1 << 16];
  private int next; // where the next line begins
  private int limit; // how much of the buffer is filled
  private boolean ended;

  private long line;
  private long blankLine;
  private int fields;
  private int[] begins = new int[16];
  private int[] ends = new int[16];

  private TsvReader(Path file, InputStream in, String example) throws IOException {
    this.file = file;
    this.in = in;
    if (!fill()) {
      throw new InvalidInputException(
          "%s: expected a header line like '%s', got an empty file; write the file again"
              .formatted(file, example));
    }
    if (limit >= 3
        && buffer[0] == (byte) 0xef
        && buffer[1] == (byte) 0xbb
        && buffer[2] == (byte) 0xbf) {
      next = 3;
    }
    if (!advance()) {
      throw new InvalidInputException(
          "%s: expected a header line like '%s', got only empty lines; write the file again"
              .formatted(file, example));
    }
    String[] names = new String[fields];
    for (int k = 0; k < fields; k++) {
      names[k] = text(k, "header");
    }
    header = List.of(names);
  }

  /**
   * Opens {@code file} and reads its header line.
   *
   * @param example a header to show in the message where there is none
   */
  static TsvReader open(Path file, String example) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return new TsvReader(file, in, example);
    } catch (IOException | RuntimeException failure) {
      in.close();
      throw failure;
    }
  }

  /** The names in the header line. */
  List<String> header() {
    return header;
  }

  /** Goes to the next line, which then has as many fields as the header; false at the end. */
  boolean next() throws IOException {
    if (!advance()) {
      return false;
    }
    if (fields != header.size()) {
      throw new InvalidInputException(
          "%s line %d: expected %d tab-separated fields as in the header, got %d; mend the line"
              .formatted(file, line, header.size(), fields));
    }
    return true;
  }

  private boolean advance() throws IOException {
    while (true) {
      int end = endOfLine();
      if (end < 0) {
        return false;
      }
      int begin = next;
      next = Math.min(end + 1, limit);
      line++;
      if (end > begin && buffer[end - 1] == '\r') {
        end--;
      }
      if (end > begin) {
        if (blankLine > 0) {
          throw new InvalidInputException(
              "%s line %d: expected tab-separated fields, got an empty line; remove it"
                  .formatted(file, blankLine));
        }
        cut(begin, end);
        return true;
      }
      if (blankLine == 0) {
        blankLine = line;
      }
    }
  }

  /** The position of the next line feed or of the end of the file; −1 where nothing is left. */
  private int endOfLine() throws IOException {
    int at = next;
    while (true) {
      for (; at < limit; at++) {
        if (buffer[at] == '\n') {
          return at;
        }
      }
      int scanned = at - next;
      if (!fill()) {
        return next < limit ? limit : -1;
      }
      at = next + scanned;
    }
  }

  /** Reads on behind what is not yet used; false at the end of the file. */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (next > 0) {
      System.arraycopy(buffer, next, buffer, 0, limit - next);
      limit -= next;
      next = 0;
    }
    if (limit == buffer.length) {
      if (limit > (1 << 29)) {
        throw new InvalidInputException(
            "%s line %d: expected a line of at most 512 MiB, got a longer one; check the file"
                .formatted(file, line + 1));
      }
      buffer = Arrays.copyOf(buffer, 2 * limit);
    }
    int read = in.read(buffer, limit, buffer.length - limit);
    ended = read < 0;
    limit += Math.max(0, read);
    return !ended;
  }

  private void cut(int begin, int end) {
    fields = 0;
    int from = begin;
    for (int at = begin; at <= end; at++) {
      if (at == end || buffer[at] == '\t') {
        if (fields == begins.length) {
          begins = Arrays.copyOf(begins, 2 * fields);
          ends = Arrays.copyOf(ends, 2 * fields);
        }
        begins[fields] = from;
        ends[fields++] = at;
        from = at + 1;
      }
    }
  }

  /** The number of the current line, 1 for the header. */
  long line() {
    return line;
  }

  /** The bytes of which {@link #begin} and {@link #end} mark the fields, until the next line. */
  byte[] bytes() {
    return buffer;
  }

  int begin(int field) {
    return begins[field];
  }

  int end(int field) {
    return ends[field];
  }

  /** Whether nothing stands in a field. */
  boolean isEmpty(int field) {
    return begins[field] == ends[field];
  }

  /** A field as text. */
  String text(int field, String column) {
    int begin = begins[field];
    int length = ends[field] - begin;
    int seen = 0;
    for (int k = 0; k < length; k++) {
      seen |= buffer[begin + k];
    }
    if (seen >= 0) { // ASCII
      return new String(buffer, begin, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(buffer, begin, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          "%s line %d, column %s: expected UTF-8 text, got other bytes; save the file as UTF-8"
              .formatted(file, line, column),
          e);
    }
  }

  /** An error that names the file, the current line and a column. */
  InvalidInputException bad(String column, String expectedGotAndRemedy) {
    return new InvalidInputException(
        "%s line %d, column %s: %s".formatted(file, line, column, expectedGotAndRemedy));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
