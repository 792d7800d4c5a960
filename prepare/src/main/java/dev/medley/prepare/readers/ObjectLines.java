package dev.medley.prepare.readers;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file with one object on each line: JSON, or a dictionary as Python prints it. A line that is
 * neither has a {@link #fault}, and the next one is read as usual.
 */
public final class ObjectLines implements Closeable {
  private final LineReader lines;
  private final Set<String> fields;
  private Map<?, ?> object = Map.of();
  private @Nullable String fault;

  private ObjectLines(LineReader lines, Set<String> fields) {
    this.lines = lines;
    this.fields = fields;
  }

  /**
   * Opens a file.
   *
   * @param fields the names that are wanted; others are passed over
   */
  public static ObjectLines open(Path file, String... fields) throws IOException {
    return new ObjectLines(LineReader.open(file), Set.of(fields));
  }

  /** Goes to the next line that is not empty; false at the end. */
  public boolean next() throws IOException {
    do {
      if (!lines.next()) {
        return false;
      }
    } while (lines.begin() == lines.end() && !lines.overlong());
    object = Map.of();
    fault = null;
    if (lines.overlong()) {
      fault = "longer than " + (LineReader.LONGEST >> 20) + " MiB";
      return true;
    }
    try {
      object = JsonObjects.parse(lines.bytes(), lines.begin(), lines.end(), fields);
    } catch (LiteralException noJson) {
      parsePython(String.valueOf(noJson.getMessage()));
    }
    return true;
  }

  private void parsePython(String faultOfJson) {
    String text = lines.text(StandardCharsets.UTF_8);
    try {
      if (PythonLiteral.parse(text) instanceof Map<?, ?> map) {
        object = map;
      } else {
        fault = "a literal that is no object";
      }
    } catch (LiteralException noLiteral) {
      fault = text.indexOf('\'') < 0 ? faultOfJson : String.valueOf(noLiteral.getMessage());
    }
  }

  /** What is wrong with the line, or null; it then has no field. */
  public @Nullable String fault() {
    return fault;
  }

  /** Where the current line stands, for messages. */
  public String where() {
    return lines.where();
  }

  /** A field as text; numbers as they are written, null where there is none or a collection. */
  public @Nullable String text(String field) {
    return scalar(object.get(field));
  }

  /** A field as a number; NaN where there is none, infinite where it is something else. */
  public double number(String field) {
    Object value = object.get(field);
    if (value instanceof Number number) {
      double finite = number.doubleValue();
      return Double.isNaN(finite) ? Double.POSITIVE_INFINITY : finite;
    }
    if (value == null) {
      return Double.NaN;
    }
    if (value instanceof String text) {
      if (text.isBlank()) {
        return Double.NaN;
      }
      try {
        double number = text.length() > 64 ? Double.NaN : Double.parseDouble(text);
        return Double.isNaN(number) ? Double.POSITIVE_INFINITY : number;
      } catch (NumberFormatException none) {
        return Double.POSITIVE_INFINITY;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** All texts in a field, also in lists in lists, each once, in order; no deeper than the file. */
  public List<String> texts(String field) {
    Set<String> texts = new LinkedHashSet<>();
    collect(object.get(field), texts);
    return new ArrayList<>(texts);
  }

  /** The scalars of an object in a field, by name. */
  public Map<String, String> map(String field) {
    Map<String, String> map = new LinkedHashMap<>();
    if (object.get(field) instanceof Map<?, ?> inner) {
      inner.forEach(
          (key, value) -> {
            String text = scalar(value);
            if (text != null) {
              map.put(String.valueOf(key), text);
            }
          });
    }
    return map;
  }

  private static void collect(@Nullable Object value, Set<String> texts) {
    if (value instanceof Collection<?> list) {
      list.forEach(inner -> collect(inner, texts)); // nesting was limited when it was read
    } else {
      String text = scalar(value);
      if (text != null && !text.isBlank()) {
        texts.add(text.strip());
      }
    }
  }

  private static @Nullable String scalar(@Nullable Object value) {
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString(number.longValue());
    }
    return value instanceof String || value instanceof Number ? value.toString() : null;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
