package dev.medley.models;

import dev.medley.core.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Parameters that an earlier run learned and a model may start from. Where they come from is not
 * the model's business: whoever makes the {@link ModelInput} has read them.
 *
 * @param source whose they are, for messages; empty where there are none
 * @param values by the parameter's name
 */
public record Pretrained(String source, Map<String, Values> values) {

  /** Nothing. */
  public static final Pretrained NONE = new Pretrained("", Map.of());

  /**
   * One parameter.
   *
   * @param shape its sizes
   * @param numbers row by row
   */
  public record Values(List<Long> shape, float[] numbers) {}

  /** Takes a copy of {@code values}. */
  public Pretrained {
    values = Map.copyOf(values);
  }

  /** Whether there is nothing. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The numbers of a parameter that {@link #require} has found. */
  public float[] numbers(String name) {
    Values found = values.get(name);
    if (found == null) {
      throw new IllegalArgumentException("pretrained: expected " + name + " to be there");
    }
    return found.numbers;
  }

  /**
   * Refuses parameters that are not those a model needs.
   *
   * @param shapes what it needs, by name
   * @throws InvalidInputException naming the first that is absent or has another shape
   */
  public void require(Map<String, List<Long>> shapes) {
    shapes.forEach(
        (name, shape) -> {
          Values found = values.get(name);
          if (found == null) {
            throw new InvalidInputException(
                "pretrained: expected a run with the parameter %s, got %s with %s; choose a run of the same model"
                    .formatted(name, source, String.join(", ", new TreeMap<>(values).keySet())));
          }
          if (!found.shape.equals(shape)) {
            throw new InvalidInputException(
                "pretrained: expected %s of shape %s in %s, got %s; choose a run on the same users with the same sizes"
                    .formatted(name, shape, source, found.shape));
          }
        });
  }
}
