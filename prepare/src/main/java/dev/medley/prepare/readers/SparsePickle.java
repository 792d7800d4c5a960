package dev.medley.prepare.readers;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.readers.PickleMachine.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A pickled scipy matrix in coordinates (coo) or compressed rows (csr), read without Python: the
 * only names that the pickle may mention are those by which numpy and scipy rebuild such a matrix.
 */
public final class SparsePickle {
  private static final long LARGEST_FILE = 1L << 30;
  private static final int MOST_ROWS = 50_000_000;

  private static final Set<String> COO =
      Set.of(
          "scipy.sparse.coo.coo_matrix",
          "scipy.sparse._coo.coo_matrix",
          "scipy.sparse._coo.coo_array");
  private static final Set<String> CSR =
      Set.of(
          "scipy.sparse.csr.csr_matrix",
          "scipy.sparse._csr.csr_matrix",
          "scipy.sparse._csr.csr_array");
  private static final Set<String> ARRAY =
      Set.of("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct");
  private static final Set<String> BUFFER =
      Set.of("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer");
  private static final Set<String> SCALAR =
      Set.of("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar");
  private static final String ENCODE = "_codecs.encode";
  private static final String RECONSTRUCTOR = "copyreg._reconstructor";
  private static final String OLD_RECONSTRUCTOR = "copy_reg._reconstructor";
  private static final Set<String> NAMES =
      union(
          COO,
          CSR,
          ARRAY,
          BUFFER,
          SCALAR,
          Set.of(
              "numpy.ndarray",
              "numpy.dtype",
              ENCODE,
              RECONSTRUCTOR,
              OLD_RECONSTRUCTOR,
              "builtins.object",
              "__builtin__.object",
              "builtins.bytearray",
              "__builtin__.bytearray"));

  private final int rows;
  private final int columns;
  private final int[] rowOf;
  private final int[] columnOf;
  private final double[] values;

  private SparsePickle(int rows, int columns, int[] rowOf, int[] columnOf, double[] values) {
    this.rows = rows;
    this.columns = columns;
    this.rowOf = rowOf;
    this.columnOf = columnOf;
    this.values = values;
  }

  @SafeVarargs
  private static Set<String> union(Set<String>... sets) {
    Set<String> all = new HashSet<>();
    for (Set<String> set : sets) {
      all.addAll(set);
    }
    return Set.copyOf(all);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if it is no such matrix, or imports or calls anything else
   */
  public static SparsePickle read(Path file) throws IOException {
    Unpacked.check(file);
    if (Files.size(file) > LARGEST_FILE) {
      throw new InvalidInputException(
          "%s: expected a pickle of at most %,d bytes, got %,d; save it as tables"
              .formatted(file, LARGEST_FILE, Files.size(file)));
    }
    try {
      return of(Files.readAllBytes(file));
    } catch (LiteralException wrong) {
      throw new InvalidInputException(
          "%s: expected a pickled scipy matrix (coo or csr), got %s; it is refused, and nothing of it was run"
              .formatted(file, wrong.getMessage()),
          wrong);
    }
  }

  /** Reads the bytes of a pickle. */
  static SparsePickle of(byte[] pickle) throws LiteralException {
    return matrix(PickleMachine.run(pickle, NAMES));
  }

  private static SparsePickle matrix(Object value) throws LiteralException {
    if (!(value instanceof Call call) || !(call.state() instanceof Map<?, ?> state)) {
      throw new LiteralException("another object");
    }
    String type = typeOf(call);
    if (!COO.contains(type) && !CSR.contains(type)) {
      throw new LiteralException("another object");
    }
    Object shape = state.containsKey("_shape") ? state.get("_shape") : state.get("shape");
    if (!(shape instanceof List<?> sides) || sides.size() != 2) {
      throw new LiteralException("a matrix without a shape");
    }
    int rows = side(sides.get(0));
    int columns = side(sides.get(1));
    double[] values = numbers(state.get("data"));
    int[] columnOf;
    int[] rowOf;
    if (COO.contains(type)) {
      Object row = state.get("row");
      Object column = state.get("col");
      if (state.get("coords") instanceof List<?> coordinates && coordinates.size() == 2) {
        row = coordinates.get(0);
        column = coordinates.get(1);
      }
      rowOf = positions(row, rows);
      columnOf = positions(column, columns);
    } else {
      columnOf = positions(state.get("indices"), columns);
      rowOf = expanded(positions(state.get("indptr"), values.length + 1), rows, columnOf.length);
    }
    if (rowOf.length != values.length || columnOf.length != values.length) {
      throw new LiteralException("a matrix with another number of places than of values");
    }
    return new SparsePickle(rows, columns, rowOf, columnOf, values);
  }

  private static String typeOf(Call call) {
    Object type =
        call.name().equals(RECONSTRUCTOR) || call.name().equals(OLD_RECONSTRUCTOR)
            ? call.arguments().isEmpty() ? "" : call.arguments().get(0)
            : call.name();
    return type instanceof PickleMachine.Name name
        ? name.name()
        : type instanceof String name ? name : "";
  }

  private static int side(@Nullable Object value) throws LiteralException {
    double[] sides = value instanceof Long number ? new double[] {number} : numbers(value);
    double side = sides.length == 1 ? sides[0] : Double.NaN;
    if (!(side >= 1 && side <= MOST_ROWS) || side != Math.rint(side)) {
      throw new LiteralException("a matrix with a side that is not 1 … " + MOST_ROWS);
    }
    return (int) side;
  }

  private static int[] expanded(int[] starts, int rows, int size) throws LiteralException {
    if (starts.length != rows + 1 || starts[0] != 0 || starts[rows] != size) {
      throw new LiteralException("a matrix whose rows do not fit its values");
    }
    int[] rowOf = new int[size];
    for (int row = 0; row < rows; row++) {
      if (starts[row] > starts[row + 1]) {
        throw new LiteralException("a matrix whose rows do not ascend");
      }
      Arrays.fill(rowOf, starts[row], starts[row + 1], row);
    }
    return rowOf;
  }

  private static int[] positions(@Nullable Object array, int below) throws LiteralException {
    double[] numbers = numbers(array);
    int[] positions = new int[numbers.length];
    for (int k = 0; k < numbers.length; k++) {
      if (!(numbers[k] >= 0 && numbers[k] < below) || numbers[k] != Math.rint(numbers[k])) {
        throw new LiteralException("a matrix with an entry outside its shape");
      }
      positions[k] = (int) numbers[k];
    }
    return positions;
  }

  /** The numbers of an array of one dimension, or of a scalar. */
  private static double[] numbers(@Nullable Object value) throws LiteralException {
    if (!(value instanceof Call call)) {
      throw new LiteralException("a matrix that lacks an array");
    }
    if (ARRAY.contains(call.name())) {
      if (!(call.state() instanceof List<?> state) || state.size() != 5) {
        throw new LiteralException("an array without numbers");
      }
      return decoded(state.get(1), state.get(2), bytes(state.get(4)));
    }
    List<?> arguments = call.arguments();
    if (BUFFER.contains(call.name()) && arguments.size() >= 3) {
      return decoded(arguments.get(2), arguments.get(1), bytes(arguments.get(0)));
    }
    if (SCALAR.contains(call.name()) && arguments.size() == 2) {
      return decoded(List.of(1L), arguments.get(0), bytes(arguments.get(1)));
    }
    throw new LiteralException("a matrix that lacks an array");
  }

  /** Bytes as they are, or as protocol 2 writes them: characters and the name of their encoding. */
  private static byte[] bytes(@Nullable Object value) throws LiteralException {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    if (value instanceof String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    if (value instanceof Call call && !call.arguments().isEmpty()) {
      Object first = call.arguments().get(0);
      if (call.name().equals(ENCODE) || call.name().endsWith(".bytearray")) {
        return bytes(first instanceof Call ? null : first);
      }
    }
    throw new LiteralException("an array without numbers");
  }

  private static double[] decoded(@Nullable Object shape, @Nullable Object type, byte[] bytes)
      throws LiteralException {
    if (!(shape instanceof List<?> sides)
        || sides.size() != 1
        || !(sides.get(0) instanceof Long size)) {
      throw new LiteralException("an array of more than one dimension");
    }
    if (!(type instanceof Call made)
        || !made.name().equals("numpy.dtype")
        || made.arguments().isEmpty()
        || !(made.arguments().get(0) instanceof String code)) {
      throw new LiteralException("an array of an unknown type");
    }
    boolean big =
        made.state() instanceof List<?> state && state.size() > 1 && ">".equals(state.get(1));
    ByteBuffer in =
        ByteBuffer.wrap(bytes).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int width = width(code);
    if (size < 0 || size * width != bytes.length) {
      throw new LiteralException("an array whose bytes do not fit its shape");
    }
    LongToDoubleFunction number =
        switch (code) {
          case "b1", "i1" -> k -> in.get((int) k);
          case "u1" -> k -> in.get((int) k) & 0xff;
          case "i2" -> k -> in.getShort((int) k);
          case "i4" -> k -> in.getInt((int) k);
          case "u4" -> k -> in.getInt((int) k) & 0xffffffffL;
          case "i8" -> k -> in.getLong((int) k);
          case "f4" -> k -> in.getFloat((int) k);
          default -> k -> in.getDouble((int) k);
        };
    double[] numbers = new double[bytes.length / width];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = number.applyAsDouble((long) k * width);
    }
    return numbers;
  }

  private static int width(String code) throws LiteralException {
    return switch (code) {
      case "b1", "i1", "u1" -> 1;
      case "i2" -> 2;
      case "i4", "u4", "f4" -> 4;
      case "i8", "f8" -> 8;
      default -> throw new LiteralException("an array of another type than whole or real numbers");
    };
  }

  /** How many rows the matrix has. */
  public int rows() {
    return rows;
  }

  /** How many columns the matrix has. */
  public int columns() {
    return columns;
  }

  /** How many entries are stored. */
  public int size() {
    return values.length;
  }

  /** The row of entry {@code k}. */
  public int row(int k) {
    return rowOf[k];
  }

  /** The column of entry {@code k}. */
  public int column(int k) {
    return columnOf[k];
  }

  /** Whether entry {@code k} is stored and 0. */
  public boolean isZero(int k) {
    return values[k] == 0;
  }
}
