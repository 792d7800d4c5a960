package dev.medley.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code metrics.json} says. All maps are ordered by key, whatever order they are given in, so
 * that equal metrics give equal bytes.
 *
 * @param validation by key, as {@code recall@20}; NaN where undefined, {@code null} in the file
 * @param test likewise
 * @param slices maps nested to any depth, at the bottom metrics by key; empty where there are none
 */
public record RunMetrics(
    Map<String, Double> validation, Map<String, Double> test, Map<String, ?> slices) {
  private static final List<String> METRICS =
      List.of(
          "recall",
          "ndcg",
          "precision",
          "hitrate",
          "map",
          "mrr",
          "coverage",
          "gini",
          "arp",
          "novelty",
          "diversity");

  /** Metrics in the order of the evaluation protocol, then by cut-off, then anything by name. */
  private static final Comparator<String> BY_METRIC =
      Comparator.comparingInt(RunMetrics::rank)
          .thenComparingLong(RunMetrics::cutOff)
          .thenComparing(Comparator.naturalOrder());

  /**
   * Takes ordered copies.
   *
   * @throws IllegalArgumentException if a value is infinite, or no number at the bottom of slices
   */
  public RunMetrics {
    validation = ordered("validation", validation);
    test = ordered("test", test);
    slices = orderedTree("slices", slices);
  }

  /** Without slices. */
  public RunMetrics(Map<String, Double> validation, Map<String, Double> test) {
    this(validation, test, Map.of());
  }

  private static int rank(String key) {
    int at = key.indexOf('@');
    int rank = METRICS.indexOf(at < 0 ? key : key.substring(0, at));
    return rank < 0 ? METRICS.size() : rank;
  }

  private static long cutOff(String key) {
    String digits = key.substring(key.indexOf('@') + 1);
    return digits.matches("[0-9]{1,9}") ? Long.parseLong(digits) : 0;
  }

  private static Map<String, Double> ordered(String name, Map<String, Double> values) {
    Map<String, Double> ordered = new TreeMap<>(BY_METRIC);
    values.forEach((key, value) -> ordered.put(key, checked(name + " " + key, value)));
    return Collections.unmodifiableMap(ordered);
  }

  private static Map<String, Object> orderedTree(String name, Map<String, ?> values) {
    Map<String, Object> ordered = new TreeMap<>(BY_METRIC);
    values.forEach((key, value) -> ordered.put(key, orderedNode(name + " " + key, value)));
    return Collections.unmodifiableMap(ordered);
  }

  private static Object orderedNode(String name, Object value) {
    if (value instanceof Map<?, ?> inner) {
      Map<String, Object> texts = new TreeMap<>();
      inner.forEach((key, element) -> texts.put(String.valueOf(key), element));
      return orderedTree(name, texts);
    }
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double number) {
      return checked(name, number);
    }
    throw new IllegalArgumentException(name + ": expected a number or a map, got " + value);
  }

  private static Double checked(String name, Double value) {
    if (value.isInfinite()) {
      throw new IllegalArgumentException(name + ": expected a finite number, got " + value);
    }
    return value;
  }

  /** These metrics as the text of {@code metrics.json}. */
  public String toJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("validation", withNulls(validation));
    fields.put("test", withNulls(test));
    if (!slices.isEmpty()) {
      fields.put("slices", withNulls(slices));
    }
    return RunJson.text(fields);
  }

  private static Map<String, @Nullable Object> withNulls(Map<?, ?> values) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          @Nullable Object written = value;
          if (value instanceof Map<?, ?> inner) {
            written = withNulls(inner);
          } else if (value instanceof Double number && number.isNaN()) {
            written = null;
          }
          copy.put(String.valueOf(key), written);
        });
    return copy;
  }

  /**
   * Reads {@code metrics.json}.
   *
   * @throws dev.medley.core.InvalidInputException if it is damaged
   */
  public static RunMetrics read(Path file) throws IOException {
    RunJson.Fields fields = RunJson.read(file);
    return new RunMetrics(
        metrics(fields.object("validation")),
        metrics(fields.object("test")),
        fields.has("slices") ? tree(fields.object("slices")) : Map.of());
  }

  private static Map<String, Double> metrics(RunJson.Fields fields) {
    Map<String, Double> values = new TreeMap<>();
    for (String name : fields.names()) {
      values.put(name, fields.numberOrNaN(name));
    }
    return values;
  }

  private static Map<String, Object> tree(RunJson.Fields fields) {
    Map<String, Object> values = new TreeMap<>();
    for (String name : fields.names()) {
      if (fields.isObject(name)) {
        values.put(name, tree(fields.object(name)));
      } else if (fields.isInteger(name)) {
        values.put(name, fields.integer(name));
      } else {
        values.put(name, fields.numberOrNaN(name));
      }
    }
    return values;
  }
}
