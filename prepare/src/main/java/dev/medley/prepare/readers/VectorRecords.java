package dev.medley.prepare.readers;

import dev.medley.core.InvalidInputException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of {@code image_features_*.b}: records without a header, each a 10-byte ASCII id and
 * {@link #DIMENSION} little-endian float32.
 */
public final class VectorRecords implements Closeable {
  /** Numbers of a vector. */
  public static final int DIMENSION = 4096;

  /** Bytes of the id. */
  public static final int ID_BYTES = 10;

  /** Bytes of a record: 16,394. */
  public static final int RECORD_BYTES = ID_BYTES + DIMENSION * Float.BYTES;

  private final Path file;
  private final InputStream in;
  private final byte[] record = new byte[RECORD_BYTES];
  private final ByteBuffer numbers = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
  private long count;

  private VectorRecords(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /** Opens a file, packed or not. */
  public static VectorRecords open(Path file) throws IOException {
    try {
      return new VectorRecords(file, Unpacked.open(file));
    } catch (EOFException | ZipException damaged) { // already in the header
      throw cut(file, 0, damaged);
    }
  }

  /**
   * Goes to the next record; false at the end.
   *
   * @throws InvalidInputException if the file ends within a record
   */
  public boolean next() throws IOException {
    int read;
    try {
      read = in.readNBytes(record, 0, RECORD_BYTES);
    } catch (EOFException | ZipException damaged) {
      throw cut(file, count, damaged);
    }
    if (read == 0) {
      return false;
    }
    if (read < RECORD_BYTES) {
      throw cut(file, count, null);
    }
    count++;
    return true;
  }

  private static InvalidInputException cut(Path file, long count, @Nullable IOException cause) {
    String message =
        "%s: expected records of %,d bytes (an id of %d and %d numbers), got a part of one after %,d whole records; fetch it again"
            .formatted(file, RECORD_BYTES, ID_BYTES, DIMENSION, count);
    return cause == null
        ? new InvalidInputException(message)
        : new InvalidInputException(message, cause);
  }

  /** The id of the current record, without spaces and zeros around it. */
  public String id() {
    return new String(record, 0, ID_BYTES, StandardCharsets.ISO_8859_1).strip().replace("\0", "");
  }

  /** Copies the numbers of the current record. */
  public void copyTo(double[] out) {
    for (int k = 0; k < DIMENSION; k++) {
      out[k] = numbers.getFloat(ID_BYTES + k * Float.BYTES);
    }
  }

  /** Where the current record stands, for messages. */
  public String where() {
    return file.getFileName() + " record " + count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
