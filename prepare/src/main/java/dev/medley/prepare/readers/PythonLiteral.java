package dev.medley.prepare.readers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Python literal as {@code ast.literal_eval} does: dictionaries, lists, tuples, sets,
 * strings with both quotes and all escapes but named characters, numbers, True, False and None.
 * Nothing is evaluated. It keeps its own stack, so that nesting cannot exhaust that of the thread.
 *
 * <p>Dictionaries become maps (the last of equal keys counts), the other collections lists,
 * integers of at most 18 digits {@link Long}, other numbers {@link Double}, None null.
 */
public final class PythonLiteral {
  /** So deep collections may stand in each other. */
  public static final int DEEPEST = 64;

  /** So many values a literal may hold. */
  public static final int MOST_VALUES = 1 << 17;

  private static final int LONGEST_NUMBER = 400;
  private static final int LONG_DIGITS = 18;

  private static final class Frame {
    private final char closer;
    private final List<@Nullable Object> list = new ArrayList<>();
    private final Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    private boolean isMap; // decided by the first colon; {} is a map
    private @Nullable Object key;
    private boolean keyed;
    private boolean comma = true; // whether a value may come

    Frame(char closer) {
      this.closer = closer;
      this.isMap = closer == '}';
    }
  }

  private final String text;
  private final Deque<Frame> frames = new ArrayDeque<>();
  private int at;
  private int values;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /**
   * Reads a text that is one literal.
   *
   * @return null for None
   * @throws LiteralException if it is none, or larger than the limits allow
   */
  public static @Nullable Object parse(String text) throws LiteralException {
    return new PythonLiteral(text).parse();
  }

  private @Nullable Object parse() throws LiteralException {
    while (true) {
      skipSpace();
      Frame frame = frames.peek();
      char c = peek();
      if (frame != null && c == frame.closer) {
        at++;
        frames.pop();
        Object collection = collected(frame);
        if (frames.isEmpty()) {
          return ended(collection);
        }
        put(frames.element(), collection);
        continue;
      }
      if (frame != null && c == ',' && !frame.comma && !frame.keyed) {
        at++;
        frame.comma = true;
        continue;
      }
      if (frame != null && c == ':' && frame.keyed && !frame.comma) {
        at++;
        frame.comma = true;
        continue;
      }
      if (frame != null && !frame.comma) {
        throw new LiteralException("a literal that lacks a comma or a colon");
      }
      if (c == '{' || c == '[' || c == '(') {
        at++;
        if (frames.size() == DEEPEST) {
          throw new LiteralException("a literal nested deeper than " + DEEPEST);
        }
        frames.push(new Frame(c == '{' ? '}' : c == '[' ? ']' : ')'));
        continue;
      }
      Object value = scalar(c);
      if (frame == null) {
        return ended(value);
      }
      put(frame, value);
    }
  }

  private @Nullable Object ended(@Nullable Object value) throws LiteralException {
    skipSpace();
    if (at < text.length()) {
      throw new LiteralException("text behind a literal");
    }
    return value;
  }

  private static @Nullable Object collected(Frame frame) throws LiteralException {
    if (frame.isMap) {
      if (frame.keyed) {
        throw new LiteralException("a dictionary with a key without a value");
      }
      return frame.map;
    }
    // (x) is x, (x,) a tuple
    return frame.closer == ')' && frame.list.size() == 1 && !frame.comma
        ? frame.list.get(0)
        : frame.list;
  }

  private void put(Frame frame, @Nullable Object value) throws LiteralException {
    if (++values > MOST_VALUES) {
      throw new LiteralException("a literal of more than " + MOST_VALUES + " values");
    }
    frame.comma = false;
    if (!frame.isMap) {
      frame.list.add(value);
    } else if (frame.keyed) {
      frame.map.put(String.valueOf(frame.key), value);
      frame.keyed = false;
    } else {
      if (value instanceof List || value instanceof Map) {
        throw new LiteralException("a dictionary with a collection as a key");
      }
      skipSpace();
      if (at < text.length() && text.charAt(at) != ':' && frame.map.isEmpty()) {
        frame.isMap = false; // a set
        frame.list.add(value);
        return;
      }
      frame.key = value;
      frame.keyed = true;
    }
  }

  private @Nullable Object scalar(char c) throws LiteralException {
    if (c == '\'' || c == '"') {
      return string(false);
    }
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') {
      return number();
    }
    int begin = at;
    while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
      at++;
    }
    String word = text.substring(begin, at);
    if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
      switch (word) {
        case "u", "U" -> {
          return string(false);
        }
        case "r", "R" -> {
          return string(true);
        }
        case "b", "B" -> { // bytes as text
          return new String(
              string(false).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
        default -> throw new LiteralException("a string with an unknown prefix");
      }
    }
    return switch (word) {
      case "None", "null" -> null;
      case "True", "true" -> true;
      case "False", "false" -> false;
      case "nan", "NaN" -> Double.NaN;
      case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
      case "" -> throw new LiteralException("a character that begins no literal");
      default -> throw new LiteralException("a name where a literal belongs");
    };
  }

  /** A string, and those that stand directly behind it, as Python joins them. */
  private String string(boolean raw) throws LiteralException {
    StringBuilder joined = new StringBuilder();
    while (true) {
      one(raw, joined);
      int end = at;
      skipSpace();
      if (at >= text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
        at = Math.max(end, at);
        return joined.toString();
      }
    }
  }

  private void one(boolean raw, StringBuilder out) throws LiteralException {
    char quote = text.charAt(at++);
    while (true) {
      if (at >= text.length()) {
        throw new LiteralException("a string that is not closed");
      }
      char c = text.charAt(at++);
      if (c == quote) {
        return;
      }
      if (c != '\\') {
        out.append(c);
      } else if (at >= text.length()) {
        throw new LiteralException("a string that is not closed");
      } else if (raw) {
        out.append(c).append(text.charAt(at++));
      } else {
        escape(out);
      }
    }
  }

  private void escape(StringBuilder out) throws LiteralException {
    char c = text.charAt(at++);
    switch (c) {
      case '\\', '\'', '"' -> out.append(c);
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'a' -> out.append('\u0007');
      case 'v' -> out.append('\u000b');
      case 'x' -> out.append((char) hex(2));
      case 'u' -> out.append((char) hex(4));
      case 'U' -> {
        int point = hex(8);
        if (!Character.isValidCodePoint(point)) {
          throw new LiteralException("a string with an escape of no character");
        }
        out.appendCodePoint(point);
      }
      case 'N' -> throw new LiteralException("a string with a character by name");
      default -> {
        if (c >= '0' && c <= '7') {
          int value = c - '0';
          for (int k = 0; k < 2 && at < text.length(); k++) {
            char digit = text.charAt(at);
            if (digit < '0' || digit > '7') {
              break;
            }
            value = 8 * value + digit - '0';
            at++;
          }
          out.append((char) value);
        } else {
          out.append('\\').append(c); // as Python keeps what is no escape
        }
      }
    }
  }

  private int hex(int digits) throws LiteralException {
    int value = 0;
    for (int k = 0; k < digits; k++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0 || text.charAt(at) > 'f') {
        throw new LiteralException("a string with a cut escape");
      }
      value = value << 4 | digit;
      at++;
    }
    return value;
  }

  private Object number() throws LiteralException {
    int begin = at;
    boolean whole = true;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean digit = c >= '0' && c <= '9';
      boolean sign = c == '+' || c == '-';
      if (sign && at > begin && text.charAt(at - 1) != 'e' && text.charAt(at - 1) != 'E') {
        break;
      }
      if (!digit && !sign && c != '.' && c != 'e' && c != 'E') {
        break;
      }
      whole &= digit || sign;
      at++;
    }
    if (at < text.length() && (text.charAt(at) == 'L' || text.charAt(at) == 'l')) {
      at++; // a long of Python 2
      return parsed(text.substring(begin, at - 1), whole);
    }
    return parsed(text.substring(begin, at), whole);
  }

  private static Object parsed(String digits, boolean whole) throws LiteralException {
    if (digits.length() > LONGEST_NUMBER) {
      throw new LiteralException("a number of more than " + LONGEST_NUMBER + " characters");
    }
    try {
      return whole && digits.length() <= LONG_DIGITS
          ? (Object) Long.valueOf(digits)
          : Double.valueOf(digits);
    } catch (NumberFormatException none) {
      throw new LiteralException("a number that is none");
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private char peek() throws LiteralException {
    if (at >= text.length()) {
      throw new LiteralException("a literal that is cut short");
    }
    return text.charAt(at);
  }
}
