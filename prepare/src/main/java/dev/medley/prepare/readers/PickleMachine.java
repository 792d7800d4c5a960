package dev.medley.prepare.readers;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the opcodes of a pickle that build plain data and arrays, and no other. A name that a pickle
 * imports stays a name: it must be one of those given, and what is called by it is kept as a {@link
 * Call} for the caller to judge. Nothing is imported and nothing runs.
 */
final class PickleMachine {
  private static final int DEEPEST = 10_000; // values on the stack
  private static final int LONGEST_LINE = 1 << 16;
  private static final Object MARK = new Object();

  /**
   * An imported name.
   *
   * @param name as {@code numpy.dtype}
   */
  record Name(String name) {}

  /** A name called with arguments, and the state it was given afterwards. */
  static final class Call {
    private final String name;
    private final List<?> arguments;
    private @Nullable Object state;

    Call(String name, List<?> arguments) {
      this.name = name;
      this.arguments = arguments;
    }

    String name() {
      return name;
    }

    List<?> arguments() {
      return arguments;
    }

    @Nullable Object state() {
      return state;
    }
  }

  private final ByteBuffer in;
  private final Set<String> names;
  private final Deque<Object> stack = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  private PickleMachine(byte[] pickle, Set<String> names) {
    this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    this.names = names;
  }

  /** Stands for None on the stack, which holds no null. */
  static final Object NONE = new Object();

  /**
   * Runs a pickle.
   *
   * @param names what it may import
   * @return lists, maps, texts, numbers, byte arrays, {@link Name}, {@link Call} or {@link #NONE}
   * @throws LiteralException if it does anything else
   */
  static Object run(byte[] pickle, Set<String> names) throws LiteralException {
    try {
      return new PickleMachine(pickle, names).run();
    } catch (BufferUnderflowException cut) {
      throw new LiteralException("a pickle that is cut short");
    }
  }

  private Object run() throws LiteralException {
    while (true) {
      int at = in.position();
      int opcode = in.get() & 0xff;
      if (opcode == '.') {
        return pop();
      }
      if (!step(opcode)) {
        throw new LiteralException(
            "a pickle with the opcode 0x%02x at byte %d, which builds no array"
                .formatted(opcode, at));
      }
      if (stack.size() > DEEPEST) {
        throw new LiteralException("a pickle with more than " + DEEPEST + " values under way");
      }
    }
  }

  private boolean step(int opcode) throws LiteralException {
    return number(opcode) || text(opcode) || collection(opcode) || memory(opcode) || call(opcode);
  }

  private boolean number(int opcode) throws LiteralException {
    switch (opcode) {
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.getInt());
      case 'K' -> push((long) (in.get() & 0xff));
      case 'M' -> push((long) (in.getShort() & 0xffff));
      case 0x8a -> push(littleEndian(bytes(in.get() & 0xff)));
      case 'I', 'L' -> {
        String line = line();
        push(line.equals("01") ? true : line.equals("00") ? (Object) false : whole(line));
      }
      case 'F' -> push(real(line()));
      case 'G' -> {
        push(in.order(ByteOrder.BIG_ENDIAN).getDouble());
        in.order(ByteOrder.LITTLE_ENDIAN);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean text(int opcode) throws LiteralException {
    switch (opcode) {
      case 0x80 -> in.get(); // version
      case 0x95 -> in.getLong(); // length of a frame
      case 'U' -> push(latin(bytes(in.get() & 0xff)));
      case 'T' -> push(latin(bytes(in.getInt())));
      case 'X' -> push(utf8(bytes(in.getInt())));
      case 0x8c -> push(utf8(bytes(in.get() & 0xff)));
      case 0x8d -> push(utf8(bytes(in.getLong())));
      case 'C' -> push(bytes(in.get() & 0xff));
      case 'B' -> push(bytes(in.getInt()));
      case 0x8e, 0x96 -> push(bytes(in.getLong()));
      case 'S' -> {
        String line = line();
        if (!(PythonLiteral.parse(line) instanceof String text)) {
          throw new LiteralException("a pickle with a string that is none");
        }
        push(text);
      }
      case 'V' -> push(rawUnicode(line()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean collection(int opcode) throws LiteralException {
    switch (opcode) {
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> push(top());
      case ')', ']' -> push(new ArrayList<>());
      case '}' -> push(new LinkedHashMap<>());
      case 't', 'l' -> push(popToMark());
      case 0x85 -> push(last(1));
      case 0x86 -> push(last(2));
      case 0x87 -> push(last(3));
      case 'a' -> {
        Object value = pop();
        list(top()).add(value);
      }
      case 'e' -> {
        List<Object> values = popToMark();
        list(top()).addAll(values);
      }
      case 'd' -> {
        List<Object> values = popToMark();
        push(new LinkedHashMap<>());
        putAll(values);
      }
      case 's' -> putAll(last(2));
      case 'u' -> putAll(popToMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean memory(int opcode) throws LiteralException {
    switch (opcode) {
      case 'q' -> memo.put(in.get() & 0xff, top());
      case 'r' -> memo.put(in.getInt(), top());
      case 'p' -> memo.put((int) whole(line()), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> push(remembered(in.get() & 0xff));
      case 'j' -> push(remembered(in.getInt()));
      case 'g' -> push(remembered((int) whole(line())));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean call(int opcode) throws LiteralException {
    switch (opcode) {
      case 'c' -> push(name(line(), line()));
      case 0x93 -> {
        Object last = pop();
        Object first = pop();
        if (!(first instanceof String module) || !(last instanceof String name)) {
          throw new LiteralException("a pickle that imports by what is no text");
        }
        push(name(module, name));
      }
      case 'R', 0x81 -> { // call, or make without arguments of the constructor
        Object arguments = pop();
        if (!(pop() instanceof Name callee) || !(arguments instanceof List<?> list)) {
          throw new LiteralException("a pickle that calls what is no name");
        }
        push(new Call(callee.name(), list));
      }
      case 'b' -> {
        Object state = pop();
        if (!(top() instanceof Call made)) {
          throw new LiteralException("a pickle that gives a state to what has none");
        }
        made.state = state;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private Name name(String module, String name) throws LiteralException {
    String full = module + "." + name;
    if (!names.contains(full)) {
      String shown = full.replaceAll("[^\\x20-\\x7e]", "?");
      throw new LiteralException(
          "a pickle that imports "
              + (shown.length() > 100 ? shown.substring(0, 100) + "…" : shown));
    }
    return new Name(full);
  }

  private void push(Object value) {
    stack.push(value);
  }

  private Object pop() throws LiteralException {
    Object value = stack.poll();
    if (value == null || value == MARK) {
      throw new LiteralException("a pickle that takes what is not there");
    }
    return value;
  }

  private Object top() throws LiteralException {
    Object value = stack.peek();
    if (value == null || value == MARK) {
      throw new LiteralException("a pickle that takes what is not there");
    }
    return value;
  }

  private List<Object> popToMark() throws LiteralException {
    ArrayDeque<Object> values = new ArrayDeque<>();
    for (Object value = stack.poll(); value != MARK; value = stack.poll()) {
      if (value == null) {
        throw new LiteralException("a pickle that takes what is not there");
      }
      values.push(value);
    }
    return new ArrayList<>(values);
  }

  private List<Object> last(int count) throws LiteralException {
    Object[] values = new Object[count];
    for (int k = count - 1; k >= 0; k--) {
      values[k] = pop();
    }
    return new ArrayList<>(List.of(values));
  }

  @SuppressWarnings("unchecked") // made above
  private static List<Object> list(Object value) throws LiteralException {
    if (!(value instanceof List)) {
      throw new LiteralException("a pickle that appends to what is no list");
    }
    return (List<Object>) value;
  }

  @SuppressWarnings("unchecked") // made above
  private void putAll(List<Object> values) throws LiteralException {
    if (!(top() instanceof Map) || values.size() % 2 != 0) {
      throw new LiteralException("a pickle that puts a value into what is no dictionary");
    }
    Map<Object, Object> map = (Map<Object, Object>) top();
    for (int k = 0; k < values.size(); k += 2) {
      if (!(values.get(k) instanceof String) && !(values.get(k) instanceof Long)) {
        throw new LiteralException("a pickle with a key that is neither text nor number");
      }
      map.put(values.get(k), values.get(k + 1));
    }
  }

  private Object remembered(int key) throws LiteralException {
    Object value = memo.get(key);
    if (value == null) {
      throw new LiteralException("a pickle that remembers what was not there");
    }
    return value;
  }

  private byte[] bytes(long length) throws LiteralException {
    if (length < 0 || length > in.remaining()) {
      throw new LiteralException("a pickle that is cut short");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private String line() throws LiteralException {
    StringBuilder line = new StringBuilder();
    for (byte b = in.get(); b != '\n'; b = in.get()) {
      if (line.length() == LONGEST_LINE) {
        throw new LiteralException("a pickle with a line that does not end");
      }
      line.append((char) (b & 0xff));
    }
    return line.toString();
  }

  /** Characters above Latin-1 are written as in a Java source, also the backslash itself. */
  private static String rawUnicode(String line) throws LiteralException {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int at = line.indexOf("\\"); at >= 0; at = line.indexOf("\\", from)) {
      text.append(line, from, at);
      int digits = line.startsWith("u", at + 1) ? 4 : line.startsWith("U", at + 1) ? 8 : 0;
      from = at + 2 + digits;
      if (digits == 0 || from > line.length()) {
        throw new LiteralException("a pickle with a string that is none");
      }
      try {
        text.appendCodePoint(Integer.parseUnsignedInt(line.substring(at + 2, from), 16));
      } catch (IllegalArgumentException none) {
        throw new LiteralException("a pickle with a string that is none");
      }
    }
    return text.append(line, from, line.length()).toString();
  }

  private static long whole(String text) throws LiteralException {
    try {
      return Long.parseLong(text.endsWith("L") ? text.substring(0, text.length() - 1) : text);
    } catch (NumberFormatException none) {
      throw new LiteralException("a pickle with a number that is none");
    }
  }

  private static double real(String text) throws LiteralException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException none) {
      throw new LiteralException("a pickle with a number that is none");
    }
  }

  private static long littleEndian(byte[] bytes) throws LiteralException {
    if (bytes.length > Long.BYTES) {
      throw new LiteralException("a pickle with a number of more than 64 bits");
    }
    long value = bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0;
    for (int k = bytes.length - 1; k >= 0; k--) {
      value = value << 8 | (bytes[k] & 0xff);
    }
    return value;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
