package dev.medley.formats;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * An array of one or two dimensions in an NPY file (versions 1 to 3), and the writing of such
 * files. Read are float16, float32, float64, int32 and int64, of either byte order and of either
 * memory order. A large file is mapped into memory and stays mapped while this object lives; it
 * must not be cut short meanwhile. Safe for concurrent reading.
 */
public final class Npy {
  /** Files above this many bytes are mapped unless the caller says otherwise: 16 MiB. */
  public static final long MAP_ABOVE = 16L << 20;

  private static final int CHUNK_BITS = 30; // a chunk of 1 GiB, a multiple of every element's size

  /** What a number is stored as. */
  public enum Type {
    /** IEEE half precision. */
    FLOAT16("f2", 2),
    /** IEEE single precision. */
    FLOAT32("f4", 4),
    /** IEEE double precision; read as single unless {@link #toDoubles} is called. */
    FLOAT64("f8", 8),
    /** Signed, 32 bits. */
    INT32("i4", 4),
    /** Signed, 64 bits. */
    INT64("i8", 8);

    private final String code;
    private final int bytes;

    Type(String code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /** Whether it is one of the three floating-point types. */
    public boolean isFloating() {
      return code.charAt(0) == 'f';
    }

    String code() {
      return code;
    }

    int bytes() {
      return bytes;
    }
  }

  /** Gives the rows of a matrix of single precision one after the other. */
  @FunctionalInterface
  public interface FloatRows {

    /** Fills {@code out}, one number per column, with row {@code row}. */
    void copyRow(int row, float[] out);
  }

  /** Gives the rows of a matrix of double precision one after the other. */
  @FunctionalInterface
  public interface DoubleRows {

    /** Fills {@code out}, one number per column, with row {@code row}. */
    void copyRow(int row, double[] out);
  }

  private final Path file;
  private final NpyHeader header;
  private final int chunkBits;
  private final ByteBuffer[] chunks;

  private Npy(Path file, NpyHeader header, int chunkBits, ByteBuffer[] chunks) {
    this.file = file;
    this.header = header;
    this.chunkBits = chunkBits;
    this.chunks = chunks;
  }

  /**
   * Reads an array, mapping files above {@link #MAP_ABOVE}.
   *
   * @throws InvalidInputException if the file is missing, damaged or of a type that is not read
   */
  public static Npy read(Path file) throws IOException {
    return read(file, MAP_ABOVE);
  }

  /**
   * Reads an array.
   *
   * @param mapAbove files of more bytes are mapped, others are read into memory
   * @throws InvalidInputException if the file is missing, damaged or of a type that is not read
   */
  public static Npy read(Path file, long mapAbove) throws IOException {
    return read(file, mapAbove, CHUNK_BITS);
  }

  static Npy read(Path file, long mapAbove, int chunkBits) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected an NPY file, got no such file; check the path");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyHeader header = NpyHeader.read(file, channel);
      long bytes = header.dataBytes();
      boolean map = channel.size() > mapAbove;
      // The header's claim was compared with the file's size, so this allocates no more than that.
      int count = Math.toIntExact((bytes + (1L << chunkBits) - 1) >>> chunkBits);
      ByteBuffer[] chunks = new ByteBuffer[count];
      for (int k = 0; k < count; k++) {
        long from = (long) k << chunkBits;
        long size = Math.min(bytes - from, 1L << chunkBits);
        long position = header.dataOffset() + from;
        ByteBuffer chunk =
            map
                ? channel.map(FileChannel.MapMode.READ_ONLY, position, size)
                : readFully(file, channel, position, (int) size);
        chunks[k] = chunk.order(header.order());
      }
      return new Npy(file, header, chunkBits, chunks);
    }
  }

  static ByteBuffer readFully(Path file, FileChannel channel, long position, int size)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new InvalidInputException(
            "%s: expected %d bytes from byte %d, got only %d; the file is cut short, copy it again"
                .formatted(file, size, position, buffer.position()));
      }
    }
    return buffer.flip();
  }

  /** What its numbers are stored as. */
  public Type type() {
    return header.type();
  }

  /** 1 or 2. */
  public int dimensions() {
    return header.dimensions();
  }

  /** The first dimension. */
  public int rows() {
    return header.rows();
  }

  /** The second dimension; 1 where there is only one. */
  public int columns() {
    return header.columns();
  }

  /** Its shape as Python writes it, as {@code (10, 4)} or {@code (10,)}. */
  public String shape() {
    return header.shape();
  }

  /** Copies row {@code row} to {@code out[offset … offset + columns)}. */
  public void copyRow(int row, float[] out, int offset) {
    copyRows(row, 1, out, offset);
  }

  /**
   * Copies {@code count} rows, one after the other, to {@code out} from {@code offset} on. Much
   * faster than row by row where the file is in Fortran order.
   */
  public void copyRows(int first, int count, float[] out, int offset) {
    if (first < 0 || count < 0 || first > rows() - count) {
      throw new IndexOutOfBoundsException(
          "rows: expected within [0, %d), got %d from %d".formatted(rows(), count, first));
    }
    int columns = columns();
    if (!header.fortranOrder()) {
      copyRun((long) first * columns, count * columns, out, offset);
    } else {
      float[] run = new float[count];
      for (int column = 0; column < columns; column++) {
        copyRun((long) column * rows() + first, count, run, 0);
        for (int k = 0; k < count; k++) {
          out[offset + k * columns + column] = run[k];
        }
      }
    }
  }

  /** Copies row {@code row} in double precision to {@code out}, one number per column. */
  public void copyRow(int row, double[] out) {
    int columns = columns();
    for (int column = 0; column < columns; column++) {
      long element =
          header.fortranOrder() ? (long) column * rows() + row : (long) row * columns + column;
      out[column] = doubleAt(element * header.type().bytes());
    }
  }

  /** {@code count} numbers that stand one after the other in the file. */
  private void copyRun(long first, int count, float[] out, int offset) {
    int size = header.type().bytes();
    long at = first * size;
    int to = offset;
    int left = count;
    while (left > 0) {
      ByteBuffer chunk = chunks[(int) (at >>> chunkBits)];
      int position = (int) (at & ((1L << chunkBits) - 1));
      int run = Math.min(left, (chunk.limit() - position) / size);
      switch (header.type()) {
        case FLOAT16 -> {
          for (int k = 0; k < run; k++) {
            out[to + k] = half(chunk.getShort(position + 2 * k));
          }
        }
        case FLOAT32 -> {
          for (int k = 0; k < run; k++) {
            out[to + k] = chunk.getFloat(position + 4 * k);
          }
        }
        case FLOAT64 -> {
          for (int k = 0; k < run; k++) {
            out[to + k] = (float) chunk.getDouble(position + 8 * k);
          }
        }
        case INT32 -> {
          for (int k = 0; k < run; k++) {
            out[to + k] = chunk.getInt(position + 4 * k);
          }
        }
        case INT64 -> {
          for (int k = 0; k < run; k++) {
            out[to + k] = chunk.getLong(position + 8 * k);
          }
        }
      }
      to += run;
      left -= run;
      at += (long) run * size;
    }
  }

  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int mantissa = bits & 0x3ff;
    if (exponent == 0) {
      float value = mantissa * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    int wide = exponent == 31 ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | (wide << 23) | (mantissa << 13));
  }

  /** All numbers, row by row, in single precision. */
  public float[] toFloats() {
    float[] values = new float[size()];
    if (values.length > 0) {
      copyRows(0, rows(), values, 0);
    }
    return values;
  }

  /** All numbers, row by row, in double precision. */
  public double[] toDoubles() {
    double[] values = new double[size()];
    for (int k = 0; k < values.length; k++) {
      values[k] = doubleAt(offsetOf(k));
    }
    return values;
  }

  private double doubleAt(long at) {
    ByteBuffer chunk = chunks[(int) (at >>> chunkBits)];
    int position = (int) (at & ((1L << chunkBits) - 1));
    return switch (header.type()) {
      case FLOAT16 -> half(chunk.getShort(position));
      case FLOAT32 -> chunk.getFloat(position);
      case FLOAT64 -> chunk.getDouble(position);
      case INT32 -> chunk.getInt(position);
      case INT64 -> chunk.getLong(position);
    };
  }

  /**
   * All numbers, row by row, of an array of whole numbers.
   *
   * @throws InvalidInputException if it holds floating-point numbers
   */
  public long[] toLongs() {
    if (type().isFloating()) {
      throw new InvalidInputException(
          file + ": expected whole numbers (int32 or int64), got " + typeName() + "; convert it");
    }
    long[] values = new long[size()];
    for (int k = 0; k < values.length; k++) {
      long at = offsetOf(k);
      ByteBuffer chunk = chunks[(int) (at >>> chunkBits)];
      int position = (int) (at & ((1L << chunkBits) - 1));
      values[k] = type() == Type.INT32 ? chunk.getInt(position) : chunk.getLong(position);
    }
    return values;
  }

  /**
   * All numbers, row by row, of an array of whole numbers that fit 32 bits.
   *
   * @throws InvalidInputException if it holds floating-point or larger numbers
   */
  public int[] toInts() {
    long[] longs = toLongs();
    int[] values = new int[longs.length];
    for (int k = 0; k < values.length; k++) {
      if (longs[k] != (int) longs[k]) {
        throw new InvalidInputException(
            "%s: expected numbers of at most 32 bits, got %d at position %d; check the file"
                .formatted(file, longs[k], k));
      }
      values[k] = (int) longs[k];
    }
    return values;
  }

  private long offsetOf(int k) {
    long element =
        header.fortranOrder() ? (long) (k % columns()) * rows() + k / columns() : (long) k;
    return element * header.type().bytes();
  }

  private int size() {
    long size = (long) rows() * columns();
    if (size > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          "%s: expected at most %d numbers for one array in memory, got %d; read it by rows"
              .formatted(file, Integer.MAX_VALUE - 8, size));
    }
    return (int) size;
  }

  private String typeName() {
    return type().name().toLowerCase(Locale.ROOT);
  }

  /**
   * Writes a matrix of float32, row by row in C order; the file appears whole or not at all.
   *
   * @param rows at least 0
   * @param columns at least 0
   */
  public static void write(Path file, int rows, int columns, FloatRows source) throws IOException {
    float[] row = new float[columns];
    write(
        file,
        NpyHeader.bytes(Type.FLOAT32, rows, columns),
        rows,
        Math.multiplyExact(columns, Float.BYTES),
        (k, out) -> {
          source.copyRow(k, row);
          out.asFloatBuffer().put(row);
        });
  }

  /**
   * Writes a matrix of float64, row by row in C order; the file appears whole or not at all.
   *
   * @param rows at least 0
   * @param columns at least 0
   */
  public static void writeDoubles(Path file, int rows, int columns, DoubleRows source)
      throws IOException {
    double[] row = new double[columns];
    write(
        file,
        NpyHeader.bytes(Type.FLOAT64, rows, columns),
        rows,
        Math.multiplyExact(columns, Double.BYTES),
        (k, out) -> {
          source.copyRow(k, row);
          out.asDoubleBuffer().put(row);
        });
  }

  /** Writes an array of one dimension as int32; the file appears whole or not at all. */
  public static void write(Path file, int[] values) throws IOException {
    byte[] header = NpyHeader.bytes(Type.INT32, values.length);
    write(file, header, values.length, Integer.BYTES, (k, out) -> out.putInt(values[k]));
  }

  /** Writes an array of one dimension as int64; the file appears whole or not at all. */
  public static void write(Path file, long[] values) throws IOException {
    byte[] header = NpyHeader.bytes(Type.INT64, values.length);
    write(file, header, values.length, Long.BYTES, (k, out) -> out.putLong(values[k]));
  }

  /** Writes an array of one dimension as float32; the file appears whole or not at all. */
  public static void write(Path file, float[] values) throws IOException {
    byte[] header = NpyHeader.bytes(Type.FLOAT32, values.length);
    write(file, header, values.length, Float.BYTES, (k, out) -> out.putFloat(values[k]));
  }

  private interface Encoder {
    void put(int row, ByteBuffer out);
  }

  private static void write(Path file, byte[] header, int rows, int rowBytes, Encoder encoder)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          out.write(header);
          byte[] bytes = new byte[rowBytes];
          ByteBuffer row = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
          for (int k = 0; k < rows; k++) {
            encoder.put(k, row.clear());
            out.write(bytes);
          }
        });
  }

  @Override
  public String toString() {
    return "Npy[" + file + ", " + typeName() + ", " + header.shape() + "]";
  }
}
