package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much each modality counts in a sum over modalities: {@code auto}, or a list as {@code
 * image=0.1,text=0.9}.
 *
 * @param text as the user wrote it
 */
public record ModalityWeights(String text) {

  /** image 0.1 and the others share 0.9; one modality 1; without an image all alike. */
  public static final ModalityWeights AUTO = new ModalityWeights("auto");

  private static final double IMAGE = 0.1;

  /** Refuses what is not such a text. */
  public ModalityWeights {
    parse(text);
  }

  private static Map<String, Double> parse(String text) {
    Map<String, Double> weights = new LinkedHashMap<>();
    if (text.equals("auto")) {
      return weights;
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      double weight = -1;
      try {
        weight = Double.parseDouble(part.substring(equals + 1).strip());
      } catch (NumberFormatException notOne) {
        // refused below
      }
      if (equals < 1 || !(weight >= 0) || Double.isInfinite(weight)) {
        throw new InvalidInputException(
            "modalityWeights: expected auto or a list as image=0.1,text=0.9, got '" + text + "'");
      }
      if (weights.put(part.substring(0, equals).strip(), weight) != null) {
        throw new InvalidInputException(
            "modalityWeights: expected each modality once, got '" + text + "'");
      }
    }
    return weights;
  }

  /**
   * The weight of each of these modalities, in their order.
   *
   * @throws InvalidInputException if the list names other modalities than these
   */
  public double[] of(List<FeatureMatrix> features) {
    List<String> names = features.stream().map(FeatureMatrix::modality).toList();
    Map<String, Double> given = parse(text);
    double[] weights = new double[names.size()];
    if (given.isEmpty()) {
      boolean image = names.contains("image") && names.size() > 1;
      for (int m = 0; m < weights.length; m++) {
        weights[m] =
            !image
                ? 1.0 / weights.length
                : names.get(m).equals("image") ? IMAGE : (1 - IMAGE) / (weights.length - 1);
      }
      return weights;
    }
    if (!given.keySet().equals(Set.copyOf(names))) {
      throw new InvalidInputException(
          "modalityWeights: expected a weight for each of %s, got '%s'"
              .formatted(String.join(", ", names), text));
    }
    for (int m = 0; m < weights.length; m++) {
      weights[m] = given.getOrDefault(names.get(m), 0.0);
    }
    return weights;
  }
}
