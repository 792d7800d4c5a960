package dev.medley.prepare.readers;

import dev.medley.core.InvalidInputException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * The lines of a file, packed or not, as slices of one buffer. Line ends are {@code \n} or {@code
 * \r\n}; a byte order mark is passed over. A line above {@link #LONGEST} bytes is not kept: {@link
 * #overlong} says so, and the next line is read as usual.
 */
public final class LineReader implements Closeable {
  /** So many bytes a line may have: 8 MiB. */
  public static final int LONGEST = 8 << 20;

  private final Path file;
  private final InputStream in;

  private byte[] buffer = new byte[1 << 17];
  private int next; // where the next line begins
  private int limit; // how much of the buffer is filled
  private int begin;
  private int end;
  private long number;
  private boolean overlong;
  private boolean ended;

  private LineReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if there is no such file, or it is damaged
   */
  public static LineReader open(Path file) throws IOException {
    try {
      InputStream in = Unpacked.open(file);
      LineReader lines = new LineReader(file, in);
      try {
        lines.skipMark();
      } catch (IOException | RuntimeException failure) {
        in.close();
        throw failure;
      }
      return lines;
    } catch (EOFException | ZipException damaged) { // already in the header
      throw damaged(file, 0, damaged);
    }
  }

  private void skipMark() throws IOException {
    while (limit < 3 && fill()) {
      // three bytes tell
    }
    if (limit >= 3
        && buffer[0] == (byte) 0xef
        && buffer[1] == (byte) 0xbb
        && buffer[2] == (byte) 0xbf) {
      next = 3;
    }
  }

  /**
   * Goes to the next line; false at the end.
   *
   * @throws InvalidInputException if the file is cut short or damaged, with the lines read so far
   */
  public boolean next() throws IOException {
    overlong = false;
    int at = next;
    while (true) {
      for (; at < limit; at++) {
        if (buffer[at] == '\n') {
          take(at, at + 1);
          return true;
        }
      }
      if (limit - next > LONGEST) {
        overlong = true;
        limit = next;
      }
      int scanned = limit - next;
      if (!fill()) {
        if (next == limit && !overlong) {
          return false;
        }
        take(limit, limit);
        return true;
      }
      at = next + scanned;
    }
  }

  private void take(int lineEnd, int following) {
    begin = next;
    overlong |= lineEnd - begin > LONGEST;
    end = overlong ? begin : lineEnd;
    next = following;
    number++;
    if (end > begin && buffer[end - 1] == '\r') {
      end--;
    }
  }

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
      buffer = Arrays.copyOf(buffer, 2 * limit);
    }
    int read;
    try {
      read = in.read(buffer, limit, buffer.length - limit);
    } catch (EOFException | ZipException damaged) {
      throw damaged(file, number, damaged);
    }
    if (read < 0) {
      ended = true;
      return false;
    }
    limit += read;
    return true;
  }

  private static InvalidInputException damaged(Path file, long lines, IOException cause) {
    return new InvalidInputException(
        "%s: expected a whole gzip file, got one that is %s after %,d whole lines; fetch it again"
            .formatted(file, cause instanceof EOFException ? "cut short" : "damaged", lines),
        cause);
  }

  /** The number of the current line, 1 for the first. */
  public long number() {
    return number;
  }

  /** The bytes of which {@link #begin} and {@link #end} mark the line, until the next one. */
  public byte[] bytes() {
    return buffer;
  }

  /** Where the line begins. */
  public int begin() {
    return begin;
  }

  /** One past its last byte, without the line end. */
  public int end() {
    return end;
  }

  /** Whether the line was longer than {@link #LONGEST} and is left out; it is then empty. */
  public boolean overlong() {
    return overlong;
  }

  /** The line as text; what does not fit the encoding becomes U+FFFD. */
  public String text(Charset charset) {
    return new String(buffer, begin, end - begin, charset);
  }

  /** Where the current line stands, for messages: file and line. */
  public String where() {
    return file.getFileName() + " line " + number;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
