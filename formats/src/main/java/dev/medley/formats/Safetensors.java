package dev.medley.formats;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A safetensors file: named arrays behind a JSON header. Opening reads and checks the header alone;
 * arrays are read when they are asked for. Holds the file open: close it.
 *
 * <p>Layout: 8 bytes of header length, the header, then the arrays' little-endian bytes without
 * holes.
 */
public final class Safetensors implements AutoCloseable {
  /** The longest header that is read, in bytes; the format's own limit. */
  public static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int CHUNK_BYTES = 1 << 20;

  /** The kinds of numbers that Medley writes and reads. */
  public enum Dtype {
    /** 32-bit floating point. */
    F32(4),
    /** 64-bit floating point. */
    F64(8),
    /** 32-bit signed integer. */
    I32(4),
    /** 64-bit signed integer. */
    I64(8);

    private final int bytes;

    Dtype(int bytes) {
      this.bytes = bytes;
    }

    /** The size of one number. */
    public int bytes() {
      return bytes;
    }
  }

  /**
   * Where an array stands in a file.
   *
   * @param shape its lengths, each at least 0; empty for a single number
   * @param begin its first byte, counted from the end of the header
   * @param end one past its last byte
   */
  public record Entry(String name, Dtype dtype, List<Long> shape, long begin, long end) {

    /** Takes a copy of {@code shape}. */
    public Entry {
      shape = List.copyOf(shape);
    }

    /** How many numbers it holds. */
    public long count() {
      return (end - begin) / dtype.bytes();
    }

    /** The bytes of such an array, or −1 where they are 2^63 or more. */
    static long bytes(Dtype dtype, List<Long> shape) {
      if (shape.contains(0L)) {
        return 0;
      }
      long bytes = dtype.bytes();
      for (long length : shape) {
        if (bytes > Long.MAX_VALUE / length) {
          return -1;
        }
        bytes *= length;
      }
      return bytes;
    }
  }

  /** Gives or takes an array's numbers piece by piece, so that a large one is never held twice. */
  @FunctionalInterface
  public interface Chunks {

    /**
     * Handles one piece.
     *
     * @param first the index of the piece's first number in the array, row by row
     * @param chunk little-endian, whole numbers; on writing it must be full afterwards (a view such
     *     as {@code asFloatBuffer()} does not move its position: move it yourself)
     */
    void accept(long first, ByteBuffer chunk) throws IOException;
  }

  /**
   * An array to be written.
   *
   * @param shape its lengths, each at least 0
   * @param content fills the pieces, in order
   */
  public record Tensor(String name, Dtype dtype, List<Long> shape, Chunks content) {

    /** Checks the shape. */
    public Tensor {
      shape = List.copyOf(shape);
      for (long length : shape) {
        if (length < 0) {
          throw new IllegalArgumentException(
              "tensor '" + name + "': expected lengths of at least 0, got " + shape);
        }
      }
      if (Entry.bytes(dtype, shape) < 0) {
        throw new IllegalArgumentException(
            "tensor '" + name + "': expected fewer than 2^63 bytes, got shape " + shape);
      }
    }

    /** An array of F32; {@code values} is read when the file is written. */
    public static Tensor of(String name, float[] values, long... shape) {
      return new Tensor(
          name,
          Dtype.F32,
          shapeOf(name, values.length, shape),
          (first, chunk) -> {
            int count = chunk.remaining() / Float.BYTES;
            chunk.asFloatBuffer().put(values, (int) first, count);
            chunk.position(chunk.limit());
          });
    }

    /** An array of F64; {@code values} is read when the file is written. */
    public static Tensor of(String name, double[] values, long... shape) {
      return new Tensor(
          name,
          Dtype.F64,
          shapeOf(name, values.length, shape),
          (first, chunk) -> {
            int count = chunk.remaining() / Double.BYTES;
            chunk.asDoubleBuffer().put(values, (int) first, count);
            chunk.position(chunk.limit());
          });
    }

    /** An array of I32; {@code values} is read when the file is written. */
    public static Tensor of(String name, int[] values, long... shape) {
      return new Tensor(
          name,
          Dtype.I32,
          shapeOf(name, values.length, shape),
          (first, chunk) -> {
            int count = chunk.remaining() / Integer.BYTES;
            chunk.asIntBuffer().put(values, (int) first, count);
            chunk.position(chunk.limit());
          });
    }

    /** An array of I64; {@code values} is read when the file is written. */
    public static Tensor of(String name, long[] values, long... shape) {
      return new Tensor(
          name,
          Dtype.I64,
          shapeOf(name, values.length, shape),
          (first, chunk) -> {
            int count = chunk.remaining() / Long.BYTES;
            chunk.asLongBuffer().put(values, (int) first, count);
            chunk.position(chunk.limit());
          });
    }

    private static List<Long> shapeOf(String name, int count, long... shape) {
      List<Long> lengths = new ArrayList<>(shape.length);
      long product = 1;
      for (long length : shape) {
        lengths.add(length);
        product = Math.multiplyExact(product, length);
      }
      if (product != count) {
        throw new IllegalArgumentException(
            "tensor '%s': expected %d numbers for shape %s, got %d"
                .formatted(name, product, lengths, count));
      }
      return lengths;
    }

    private long bytes() {
      return Entry.bytes(dtype, shape);
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final long dataStart;
  private final SafetensorsHeader header;

  private Safetensors(Path file, FileChannel channel, long dataStart, SafetensorsHeader header) {
    this.file = file;
    this.channel = channel;
    this.dataStart = dataStart;
    this.header = header;
  }

  /**
   * Replaces or creates {@code file}, atomically. Wider numbers stand first, so that every array is
   * aligned to its number's size; otherwise the order given is kept. Equal input gives equal bytes.
   *
   * @param metadata free texts
   * @param tensors names are unique and not {@code __metadata__}
   * @throws IOException if it cannot be written, as on a full disk
   */
  public static void write(Path file, Map<String, String> metadata, Collection<Tensor> tensors)
      throws IOException {
    List<Tensor> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparingInt((Tensor tensor) -> -tensor.dtype().bytes()));
    byte[] json = headerOf(metadata, sorted);
    AtomicFile.write(
        file,
        out -> {
          ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          out.write(length.putLong(json.length).array());
          out.write(json);
          for (Tensor tensor : sorted) {
            writeContent(tensor, out);
          }
        });
  }

  private static byte[] headerOf(Map<String, String> metadata, List<Tensor> tensors) {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      json.append('"').append(SafetensorsHeader.METADATA).append("\":{");
      String comma = "";
      for (Map.Entry<String, String> text : new TreeMap<>(metadata).entrySet()) {
        json.append(comma);
        quote(json, text.getKey()).append(':');
        quote(json, text.getValue());
        comma = ",";
      }
      json.append('}');
    }
    Set<String> names = new HashSet<>();
    long begin = 0;
    for (Tensor tensor : tensors) {
      if (tensor.name().equals(SafetensorsHeader.METADATA) || !names.add(tensor.name())) {
        throw new IllegalArgumentException(
            "tensor names: expected each once and none "
                + SafetensorsHeader.METADATA
                + ", got '"
                + tensor.name()
                + "' again");
      }
      long end = Math.addExact(begin, tensor.bytes());
      json.append(json.length() == 1 ? "" : ",");
      quote(json, tensor.name())
          .append(":{\"dtype\":\"")
          .append(tensor.dtype())
          .append("\",\"shape\":")
          .append(tensor.shape().toString().replace(" ", ""))
          .append(",\"data_offsets\":[")
          .append(begin)
          .append(',')
          .append(end)
          .append("]}");
      begin = end;
    }
    byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    int padding = -bytes.length & 7;
    if (bytes.length + padding > MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "safetensors header: expected at most %d bytes, got %d"
              .formatted(MAX_HEADER_BYTES, bytes.length));
    }
    byte[] padded = new byte[bytes.length + padding];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(bytes, 0, padded, 0, bytes.length);
    return padded;
  }

  private static StringBuilder quote(StringBuilder json, String text) {
    return json.append('"').append(JsonStringEncoder.getInstance().quoteAsString(text)).append('"');
  }

  private static void writeContent(Tensor tensor, OutputStream out) throws IOException {
    long bytes = tensor.bytes();
    byte[] piece = new byte[(int) Math.min(CHUNK_BYTES, bytes)];
    ByteBuffer chunk = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < bytes; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - done));
      tensor.content().accept(done / tensor.dtype().bytes(), chunk);
      if (chunk.hasRemaining()) {
        throw new IllegalStateException(
            "tensor '%s': expected its content to fill %d bytes, got %d"
                .formatted(tensor.name(), chunk.limit(), chunk.position()));
      }
      out.write(piece, 0, chunk.limit());
    }
  }

  private static ByteBuffer chunkFor(long bytes) {
    return ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws InvalidInputException if it is absent or its header is not that of this file
   * @throws IOException if it cannot be read
   */
  public static Safetensors open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new InvalidInputException(file + ": expected a safetensors file, got a folder");
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException absent) {
      throw new InvalidInputException(
          file + ": expected a safetensors file, got no such file; check the path", absent);
    }
    try {
      long size = channel.size();
      if (size < LENGTH_BYTES) {
        throw new InvalidInputException(
            "%s: expected a safetensors file of at least %d bytes, got %d"
                .formatted(file, LENGTH_BYTES, size));
      }
      ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      readFully(file, channel, length, 0);
      long headerBytes = length.getLong();
      long limit = Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES);
      if (headerBytes < 0 || headerBytes > limit) {
        throw new InvalidInputException(
            "%s, header length: expected at most %d, got %s; it is no safetensors file or damaged"
                .formatted(file, limit, Long.toUnsignedString(headerBytes)));
      }
      ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
      readFully(file, channel, json, LENGTH_BYTES);
      long dataStart = LENGTH_BYTES + headerBytes;
      SafetensorsHeader header = SafetensorsHeader.parse(file, json.array(), size - dataStart);
      return new Safetensors(file, channel, dataStart, header);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  /** The free texts of the header. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The arrays, in the order of their bytes. */
  public List<Entry> entries() {
    return List.copyOf(header.entries().values());
  }

  /** Whether there is an array of that name. */
  public boolean contains(String name) {
    return header.entries().containsKey(name);
  }

  /**
   * The array of that name.
   *
   * @throws InvalidInputException if there is none
   */
  public Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new InvalidInputException(
          "%s: expected a tensor '%s', got %s"
              .formatted(
                  file,
                  name,
                  SafetensorsHeader.oneLine(
                      header.entries().isEmpty() ? "none" : "only " + header.entries().keySet())));
    }
    return entry;
  }

  /** The array's numbers, row by row; it must be F32. */
  public float[] floats(String name) throws IOException {
    Entry entry = entry(name, Dtype.F32);
    float[] values = new float[arrayLength(entry)];
    read(
        name,
        (first, chunk) ->
            chunk.asFloatBuffer().get(values, (int) first, chunk.remaining() / Float.BYTES));
    return values;
  }

  /** The array's numbers, row by row; it must be F64. */
  public double[] doubles(String name) throws IOException {
    Entry entry = entry(name, Dtype.F64);
    double[] values = new double[arrayLength(entry)];
    read(
        name,
        (first, chunk) ->
            chunk.asDoubleBuffer().get(values, (int) first, chunk.remaining() / Double.BYTES));
    return values;
  }

  /** The array's numbers, row by row; it must be I32. */
  public int[] ints(String name) throws IOException {
    Entry entry = entry(name, Dtype.I32);
    int[] values = new int[arrayLength(entry)];
    read(
        name,
        (first, chunk) ->
            chunk.asIntBuffer().get(values, (int) first, chunk.remaining() / Integer.BYTES));
    return values;
  }

  /** The array's numbers, row by row; it must be I64. */
  public long[] longs(String name) throws IOException {
    Entry entry = entry(name, Dtype.I64);
    long[] values = new long[arrayLength(entry)];
    read(
        name,
        (first, chunk) ->
            chunk.asLongBuffer().get(values, (int) first, chunk.remaining() / Long.BYTES));
    return values;
  }

  /** Reads an array of any size piece by piece; {@code sink} borrows each piece. */
  public void read(String name, Chunks sink) throws IOException {
    Entry entry = entry(name);
    long bytes = entry.end() - entry.begin();
    ByteBuffer chunk = chunkFor(bytes);
    for (long done = 0; done < bytes; done += chunk.capacity()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - done));
      readFully(file, channel, chunk, dataStart + entry.begin() + done);
      sink.accept(done / entry.dtype().bytes(), chunk);
    }
  }

  /**
   * The array's bytes mapped into memory, little-endian and read-only; they stay valid after {@link
   * #close}.
   *
   * @throws InvalidInputException if the array has more than 2 GiB
   */
  public ByteBuffer map(String name) throws IOException {
    Entry entry = entry(name);
    long bytes = entry.end() - entry.begin();
    if (bytes > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "%s, tensor '%s': expected at most 2 GiB to map at once, got %d bytes; read it piece by piece"
              .formatted(file, name, bytes));
    }
    return channel
        .map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), bytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private Entry entry(String name, Dtype dtype) {
    Entry entry = entry(name);
    if (entry.dtype() != dtype) {
      throw new InvalidInputException(
          "%s, tensor '%s': expected dtype %s, got %s".formatted(file, name, dtype, entry.dtype()));
    }
    return entry;
  }

  private int arrayLength(Entry entry) {
    if (entry.count() > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          "%s, tensor '%s': expected fewer than 2^31 numbers to read at once, got %d; read it piece by piece"
              .formatted(file, entry.name(), entry.count()));
    }
    return (int) entry.count();
  }

  /** Fills {@code buffer} from {@code position} of the file on and flips it. */
  private static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, position + buffer.position());
      if (read < 0) {
        throw new InvalidInputException(
            file
                + ": expected as many bytes as when it was opened, got fewer; it was cut meanwhile");
      }
    }
    buffer.flip();
  }
}
