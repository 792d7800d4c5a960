package dev.medley.prepare.readers;

import dev.medley.core.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file, unpacked where it is gzip (by its first bytes, not by its name; any number
 * of members). What unpacks to {@link #RATIO} times its size and more than {@link #FREE} bytes is
 * taken for a bomb.
 */
public final class Unpacked extends FilterInputStream {
  /** So many times its packed size a file may become: texts become 3 to 20 times as large. */
  public static final int RATIO = 250;

  /** So many bytes may come out of a packed file of any size: 64 MiB. */
  public static final long FREE = 64L << 20;

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final long most;
  private long count;

  private Unpacked(Path file, InputStream in, long most) {
    super(in);
    this.file = file;
    this.most = most;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if there is no such file
   */
  public static InputStream open(Path file) throws IOException {
    check(file);
    long size = Files.size(file);
    BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      raw.mark(2);
      boolean packed = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return packed ? new Unpacked(file, new Members(new Counted(raw)), FREE + size * RATIO) : raw;
    } catch (IOException | RuntimeException failure) {
      raw.close();
      throw failure;
    }
  }

  /**
   * Refuses what is not a file.
   *
   * @throws InvalidInputException if there is no such file, or a folder
   */
  public static void check(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s: expected a file, got %s; check the path"
              .formatted(file, Files.isDirectory(file) ? "a folder" : "no such file"));
    }
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    counted(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = in.read(bytes, offset, length);
    counted(Math.max(read, 0));
    return read;
  }

  /** Counts the packed bytes that were taken. */
  private static final class Counted extends FilterInputStream {
    private long taken;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      taken += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      taken += Math.max(read, 0);
      return read;
    }
  }

  /** Refuses what stands behind the last whole member, which Java takes for the end. */
  private static final class Members extends GZIPInputStream {
    private static final int TRAILER = 8;

    private final Counted packed;
    private long filled; // packed bytes that were taken when data were last asked for

    Members(Counted packed) throws IOException {
      super(packed, BUFFER);
      this.packed = packed;
    }

    @Override
    protected void fill() throws IOException {
      super.fill();
      filled = packed.taken;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      if (read < 0) {
        int waiting = inf.getRemaining();
        long end = filled + Math.max(0, TRAILER - waiting);
        if (waiting > TRAILER || packed.taken > end || packed.read() >= 0) {
          throw new ZipException("bytes behind the last whole member");
        }
      }
      return read;
    }
  }

  private void counted(int bytes) {
    count += bytes;
    if (count > most) {
      throw new InvalidInputException(
          "%s: expected at most %,d bytes when unpacked (%d times its size), got more; if it is no gzip bomb, unpack it and give the unpacked file"
              .formatted(file, most, RATIO));
    }
  }
}
