package dev.medley.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.medley.core.InvalidInputException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON of the run folder: written with a fixed form, so that equal content gives equal bytes, and
 * read field by field with errors that name file and field.
 */
final class RunJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private RunJson() {}

  /** The object in lines, fields in the map's order; numbers as {@code Double.toString}. */
  static String text(Map<String, ? extends @Nullable Object> object) {
    try {
      return WRITER.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("plain values are always writable", impossible);
    }
  }

  /**
   * The same value from the closed set that survives writing and reading: text, Boolean, Long,
   * finite Double, list, map.
   *
   * @param name for the message
   * @throws IllegalArgumentException if it is of another kind
   */
  static Object plain(String name, @Nullable Object value) {
    if (value instanceof String || value instanceof Boolean || value instanceof Long) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return plain(name, Double.valueOf(Float.toString(number)));
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      return number;
    }
    if (value instanceof Collection<?> values) {
      List<Object> copy = new ArrayList<>(values.size());
      for (Object element : values) {
        copy.add(plain(name, element));
      }
      return Collections.unmodifiableList(copy);
    }
    if (value instanceof Map<?, ?> values) {
      Map<String, Object> copy = new LinkedHashMap<>();
      values.forEach((key, element) -> copy.put(String.valueOf(key), plain(name, element)));
      return Collections.unmodifiableMap(copy);
    }
    throw new IllegalArgumentException(
        name + ": expected a text, truth value, finite number, list or map, got " + value);
  }

  /** The map with plain values, in its order. */
  static Map<String, Object> plainMap(Map<String, ?> values) {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((name, value) -> copy.put(name, plain(name, value)));
    return Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a file that holds one JSON object.
   *
   * @throws InvalidInputException with file and line if it holds something else
   */
  static Fields read(Path file) throws IOException {
    JsonNode node;
    try {
      node = MAPPER.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          "%s, line %d: expected JSON, got: %s; the run is damaged: train it again"
              .formatted(
                  file,
                  malformed.getLocation() == null ? 1 : malformed.getLocation().getLineNr(),
                  oneLine(malformed.getOriginalMessage())),
          malformed);
    } catch (CharConversionException malformed) {
      throw new InvalidInputException(
          file
              + ", line 1: expected UTF-8 text, got other bytes; the run is damaged: train it again",
          malformed);
    }
    if (node == null || !node.isObject()) {
      throw new InvalidInputException(
          file
              + ", line 1: expected a JSON object, got something else; the run is damaged: train it again");
    }
    return new Fields(file, "", node);
  }

  static String oneLine(String text) {
    String cut = text.length() <= 120 ? text : text.substring(0, 120) + "…";
    return cut.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
  }

  /** The fields of one object in one file. */
  static final class Fields {
    private final Path file;
    private final String prefix;
    private final JsonNode object;

    private Fields(Path file, String prefix, JsonNode object) {
      this.file = file;
      this.prefix = prefix;
      this.object = object;
    }

    Path file() {
      return file;
    }

    boolean has(String name) {
      return object.has(name);
    }

    boolean isObject(String name) {
      return object.path(name).isObject();
    }

    boolean isInteger(String name) {
      return object.path(name).isIntegralNumber();
    }

    List<String> names() {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      return names;
    }

    String text(String name) {
      JsonNode value = object.path(name);
      if (!value.isTextual()) {
        throw refusal(name, "a text");
      }
      return value.textValue();
    }

    boolean truth(String name) {
      JsonNode value = object.path(name);
      if (!value.isBoolean()) {
        throw refusal(name, "true or false");
      }
      return value.booleanValue();
    }

    long integer(String name) {
      JsonNode value = object.path(name);
      if (!value.isIntegralNumber() || !value.canConvertToLong()) {
        throw refusal(name, "an integer");
      }
      return value.longValue();
    }

    int count(String name) {
      long value = integer(name);
      if (value < 0 || value > Integer.MAX_VALUE) {
        throw refusal(name, "an integer in [0, 2^31)");
      }
      return (int) value;
    }

    @Nullable Integer countOrNull(String name) {
      return object.path(name).isNull() ? null : Integer.valueOf(count(name));
    }

    double number(String name) {
      JsonNode value = object.path(name);
      if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
        throw refusal(name, "a finite number");
      }
      return value.doubleValue();
    }

    @Nullable Double numberOrNull(String name) {
      return object.path(name).isNull() ? null : Double.valueOf(number(name));
    }

    /** A number, NaN where the file has null. */
    double numberOrNaN(String name) {
      return object.path(name).isNull() ? Double.NaN : number(name);
    }

    List<String> texts(String name) {
      JsonNode value = object.path(name);
      List<String> texts = new ArrayList<>();
      if (value.isArray()) {
        for (JsonNode element : value) {
          if (element.isTextual()) {
            texts.add(element.textValue());
          }
        }
      }
      if (!value.isArray() || texts.size() != value.size()) {
        throw refusal(name, "a list of texts");
      }
      return List.copyOf(texts);
    }

    Fields object(String name) {
      JsonNode value = object.path(name);
      if (!value.isObject()) {
        throw refusal(name, "an object");
      }
      return new Fields(file, prefix + name + ".", value);
    }

    Map<String, String> textMap() {
      Map<String, String> texts = new LinkedHashMap<>();
      for (String name : names()) {
        texts.put(name, text(name));
      }
      return Collections.unmodifiableMap(texts);
    }

    /** The fields as plain values; null is not among them. */
    Map<String, Object> plainMap() {
      Map<String, Object> values = new LinkedHashMap<>();
      for (String name : names()) {
        values.put(name, plainOf(name, object.path(name)));
      }
      return Collections.unmodifiableMap(values);
    }

    private Object plainOf(String name, JsonNode value) {
      if (value.isTextual()) {
        return value.textValue();
      }
      if (value.isBoolean()) {
        return value.booleanValue();
      }
      if (value.isIntegralNumber() && value.canConvertToLong()) {
        return value.longValue();
      }
      if (value.isFloatingPointNumber() && Double.isFinite(value.doubleValue())) {
        return value.doubleValue();
      }
      if (value.isArray()) {
        List<Object> values = new ArrayList<>();
        for (JsonNode element : value) {
          values.add(plainOf(name, element));
        }
        return Collections.unmodifiableList(values);
      }
      if (value.isObject()) {
        return new Fields(file, prefix + name + ".", value).plainMap();
      }
      throw refusal(name, "a text, truth value, number, list or object");
    }

    InvalidInputException refusal(String name, String expected) {
      JsonNode value = object.path(name);
      String got = value.isMissingNode() ? "no such field" : oneLine(value.toString());
      return new InvalidInputException(
          "%s, field %s: expected %s, got %s; the run is damaged: train it again"
              .formatted(file, oneLine(prefix + name), expected, got));
    }
  }
}
