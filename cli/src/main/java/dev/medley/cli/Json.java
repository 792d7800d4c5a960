package dev.medley.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results as JSON on standard output. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /** Prints maps, lists, texts and numbers. */
  static void print(Object value) {
    try {
      System.out.println(MAPPER.writeValueAsString(value));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("plain values are always written", impossible);
    }
  }

  /** Metrics with null in place of NaN. */
  static Map<String, @Nullable Double> withNulls(Map<String, Double> metrics) {
    Map<String, @Nullable Double> values = new LinkedHashMap<>();
    metrics.forEach((key, value) -> values.put(key, value.isNaN() ? null : value));
    return values;
  }
}
