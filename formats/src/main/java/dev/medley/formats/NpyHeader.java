package dev.medley.formats;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The header of an NPY file: a Python dictionary of three known keys, read by a parser that knows
 * nothing else of Python, and believed only where it agrees with the file's size.
 */
final class NpyHeader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_LENGTH = 1 << 16;
  private static final String RESAVE =
      "; save it again with numpy.save(path, array.astype('float32'))";

  private final Npy.Type type;
  private final ByteOrder order;
  private final boolean fortranOrder;
  private final int dimensions;
  private final int rows;
  private final int columns;
  private final long dataOffset;

  private NpyHeader(
      Npy.Type type,
      ByteOrder order,
      boolean fortranOrder,
      int dimensions,
      int rows,
      int columns,
      long dataOffset) {
    this.type = type;
    this.order = order;
    this.fortranOrder = fortranOrder;
    this.dimensions = dimensions;
    this.rows = rows;
    this.columns = columns;
    this.dataOffset = dataOffset;
  }

  Npy.Type type() {
    return type;
  }

  ByteOrder order() {
    return order;
  }

  boolean fortranOrder() {
    return fortranOrder && dimensions == 2;
  }

  int dimensions() {
    return dimensions;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  long dataOffset() {
    return dataOffset;
  }

  long dataBytes() {
    return (long) rows * columns * type.bytes();
  }

  String shape() {
    return dimensions == 1 ? "(" + rows + ",)" : "(" + rows + ", " + columns + ")";
  }

  /** The header of a version 1 file, little-endian and in C order, padded to 64 bytes. */
  static byte[] bytes(Npy.Type type, int... shape) {
    StringBuilder dictionary = new StringBuilder("{'descr': '<").append(type.code());
    dictionary.append("', 'fortran_order': False, 'shape': (");
    for (int k = 0; k < shape.length; k++) {
      dictionary.append(k == 0 ? "" : " ").append(shape[k]);
      dictionary.append(k + 1 < shape.length || k == 0 ? "," : "");
    }
    dictionary.append("), }");
    while ((MAGIC.length + 4 + dictionary.length() + 1) % 64 != 0) {
      dictionary.append(' ');
    }
    byte[] text = dictionary.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer header =
        ByteBuffer.allocate(MAGIC.length + 4 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return header
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length)
        .put(text)
        .array();
  }

  /** Reads the header and checks that the file is exactly as long as it says. */
  static NpyHeader read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < MAGIC.length + 4) {
      throw new InvalidInputException(
          "%s: expected an NPY file of at least %d bytes, got %d bytes; save or copy it again"
              .formatted(file, MAGIC.length + 4, size));
    }
    ByteBuffer start = Npy.readFully(file, channel, 0, (int) Math.min(size, MAGIC.length + 6));
    start.order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < MAGIC.length; k++) {
      if (start.get(k) != MAGIC[k]) {
        throw new InvalidInputException(
            file + ": expected an NPY file (it begins with \\x93NUMPY), got other bytes" + RESAVE);
      }
    }
    int major = start.get(6) & 0xff;
    int minor = start.get(7) & 0xff;
    if (major < 1 || major > 3 || minor != 0) {
      throw new InvalidInputException(
          "%s: expected NPY version 1.0, 2.0 or 3.0, got %d.%d%s"
              .formatted(file, major, minor, RESAVE));
    }
    int lengthBytes = major == 1 ? 2 : 4;
    int prefix = MAGIC.length + 2 + lengthBytes;
    if (size < prefix) {
      throw new InvalidInputException(
          file + ": expected a header length, got the end of the file; copy it again");
    }
    long length = major == 1 ? start.getShort(8) & 0xffffL : start.getInt(8) & 0xffffffffL;
    if (length > MAX_LENGTH || length > size - prefix) {
      throw new InvalidInputException(
          "%s: expected a header of at most %d bytes, got a length of %d; the file is damaged or not a plain array%s"
              .formatted(file, Math.min(MAX_LENGTH, size - prefix), length, RESAVE));
    }
    String text =
        new String(
            Npy.readFully(file, channel, prefix, (int) length).array(),
            StandardCharsets.ISO_8859_1);
    NpyHeader header = new Parser(file, text).header(prefix + length);
    long expected = header.dataOffset + header.dataBytes();
    if (size != expected) {
      throw new InvalidInputException(
          "%s: expected %d bytes (%s of %s after a header of %d), got %d; the file is %s, copy or save it again"
              .formatted(
                  file,
                  expected,
                  header.shape(),
                  header.type.name().toLowerCase(Locale.ROOT),
                  header.dataOffset,
                  size,
                  size < expected ? "cut short" : "longer than its array"));
    }
    return header;
  }

  /** Reads one dictionary of strings, truth values and tuples of whole numbers; nothing else. */
  private static final class Parser {
    private final Path file;
    private final String text;
    private int at;

    private String descr = "";
    private boolean fortranOrder;
    private final long[] shape = new long[2];
    private int dimensions;

    Parser(Path file, String text) {
      this.file = file;
      this.text = text;
    }

    NpyHeader header(long dataOffset) {
      Set<String> seen = new HashSet<>();
      expect('{');
      while (!tryTake('}')) {
        String key = string();
        expect(':');
        if (!seen.add(key)) {
          throw bad("each key once", "'" + key + "' twice");
        }
        switch (key) {
          case "descr" -> descr = descr();
          case "fortran_order" -> fortranOrder = truth();
          case "shape" -> shape();
          default -> throw bad("the keys descr, fortran_order and shape", "'" + key + "'");
        }
        if (!tryTake(',')) {
          expect('}');
          break;
        }
      }
      skipSpace();
      if (at < text.length()) {
        throw bad("nothing after the dictionary", found());
      }
      if (seen.size() != 3) {
        throw bad("the keys descr, fortran_order and shape", "only " + seen.size() + " of them");
      }
      Npy.Type type = type();
      ByteOrder order = descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
      long columns = dimensions == 1 ? 1 : shape[1];
      long limit = Integer.MAX_VALUE;
      if (shape[0] > limit
          || columns > limit
          || (columns > 0 && shape[0] > Long.MAX_VALUE / 16 / columns)) {
        throw new InvalidInputException(
            "%s: expected a shape that fits the file, got (%d, %d); the header is damaged%s"
                .formatted(file, shape[0], columns, RESAVE));
      }
      return new NpyHeader(
          type, order, fortranOrder, dimensions, (int) shape[0], (int) columns, dataOffset);
    }

    private Npy.Type type() {
      for (Npy.Type type : Npy.Type.values()) {
        if (descr.length() == 3
            && descr.endsWith(type.code())
            && "<>".indexOf(descr.charAt(0)) >= 0) {
          return type;
        }
      }
      String got =
          descr.contains("O")
              ? "objects (pickled Python, '" + clean(descr) + "')"
              : "'" + clean(descr) + "'";
      throw new InvalidInputException(
          file
              + ": expected numbers of type float16, float32 or float64 (int32 or int64 for indexes), got "
              + got
              + RESAVE);
    }

    private String descr() {
      skipSpace();
      if (at < text.length() && text.charAt(at) == '[') {
        throw new InvalidInputException(
            file
                + ": expected numbers of type float16, float32 or float64, got a structured type"
                + " (several named fields)"
                + RESAVE);
      }
      return string();
    }

    private boolean truth() {
      skipSpace();
      for (String word : new String[] {"True", "False"}) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw bad("True or False for fortran_order", found());
    }

    private void shape() {
      expect('(');
      boolean comma = true;
      while (!tryTake(')')) {
        if (!comma) {
          throw bad("a comma between the numbers of the shape", found());
        }
        long number = number();
        if (dimensions == 2) {
          throw bad("a shape of 1 or 2 dimensions", "more");
        }
        shape[dimensions++] = number;
        comma = tryTake(',');
      }
      if (dimensions == 0) {
        throw bad("a shape of 1 or 2 dimensions", "()");
      }
    }

    private long number() {
      skipSpace();
      int from = at;
      long value = 0;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        int digit = text.charAt(at++) - '0';
        if (value > (Long.MAX_VALUE - digit) / 10) {
          throw bad("a shape that fits the file", "a number of more than 18 digits");
        }
        value = 10 * value + digit;
      }
      if (at == from) {
        throw bad("whole numbers of at least 0 in the shape", found());
      }
      if (at < text.length() && text.charAt(at) == 'L') { // Python 2 wrote 10L
        at++;
      }
      return value;
    }

    private String string() {
      skipSpace();
      if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
        int end = text.indexOf(text.charAt(at), at + 1);
        if (end >= 0) {
          String value = text.substring(at + 1, end);
          at = end + 1;
          return value;
        }
      }
      throw bad("a quoted name", found());
    }

    private void expect(char wanted) {
      if (!tryTake(wanted)) {
        throw bad("'" + wanted + "'", found());
      }
    }

    private boolean tryTake(char wanted) {
      skipSpace();
      if (at < text.length() && text.charAt(at) == wanted) {
        at++;
        return true;
      }
      return false;
    }

    private void skipSpace() {
      while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String found() {
      return at < text.length()
          ? "'" + clean(text.substring(at, Math.min(text.length(), at + 20))) + "'"
          : "its end";
    }

    private static String clean(String text) {
      return text.replaceAll("[^ -~]", "?");
    }

    private InvalidInputException bad(String expected, String got) {
      return new InvalidInputException(
          "%s, header: expected %s, got %s at character %d; the header is damaged%s"
              .formatted(file, expected, clean(got), at, RESAVE));
    }
  }
}
