package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A table of float64 numbers as NPY 1.0, row by row and little-endian. */
final class NpyFloats {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int HEADER_BYTES = 128;

  private NpyFloats() {}

  static void write(Path file, int rows, int columns, double[] values) throws IOException {
    byte[] header = header(rows, columns);
    AtomicFile.write(
        file,
        out -> {
          out.write(header);
          byte[] line = new byte[columns * Double.BYTES];
          ByteBuffer buffer = ByteBuffer.wrap(line).order(ByteOrder.LITTLE_ENDIAN);
          for (int row = 0; row < rows; row++) {
            buffer.asDoubleBuffer().put(values, row * columns, columns);
            out.write(line);
          }
        });
  }

  /** Reads what {@link #write} wrote; the shape must be known. */
  static double[] read(Path file, int columns) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int rows = Math.max(0, bytes.length - HEADER_BYTES) / (columns * Double.BYTES);
    byte[] header = header(rows, columns);
    int size = HEADER_BYTES + rows * columns * Double.BYTES;
    if (bytes.length != size || !Arrays.equals(bytes, 0, HEADER_BYTES, header, 0, HEADER_BYTES)) {
      throw new InvalidInputException(
          "%s: expected an NPY table of %d float64 columns, got another header or size; the run is damaged: train it again"
              .formatted(file, columns));
    }
    double[] values = new double[rows * columns];
    ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asDoubleBuffer()
        .get(values);
    return values;
  }

  private static byte[] header(int rows, int columns) {
    String dictionary =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, columns);
    int room = HEADER_BYTES - MAGIC.length - Short.BYTES;
    String padded = dictionary + " ".repeat(room - 1 - dictionary.length()) + "\n";
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) room)
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }
}
