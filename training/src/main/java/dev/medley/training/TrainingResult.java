package dev.medley.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What training came to; the model holds the best parameters.
 *
 * @param epochs done in all phases together; null for a closed form
 * @param bestEpoch of the last phase; null for a closed form
 * @param chosen hyperparameters that validation decided
 * @param secondsPerEpoch the median, training alone, without the first where there are more than
 *     two; null for a closed form
 * @param secondsPerEvaluation the median of a whole validation pass
 */
public record TrainingResult(
    @Nullable Integer epochs,
    @Nullable Integer bestEpoch,
    Map<String, Object> chosen,
    @Nullable Double secondsPerEpoch,
    @Nullable Double secondsPerEvaluation) {

  static @Nullable Double median(List<Double> values, boolean dropFirst) {
    double[] sorted =
        values.stream()
            .skip(dropFirst && values.size() > 2 ? 1 : 0)
            .mapToDouble(Double::doubleValue)
            .toArray();
    if (sorted.length == 0) {
      return null;
    }
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
