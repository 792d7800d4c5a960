package dev.medley.evaluation;

import java.util.List;
import java.util.Map;

/**
 * What a full evaluation found.
 *
 * @param metrics means over the evaluated users by key, as {@code recall@20}, in a stable order;
 *     what is undefined is NaN
 * @param undefined for each key that is undefined for some user, how many users; they are left out
 *     of that mean
 * @param perUser the accuracy metrics of each evaluated user
 * @param usersWithoutTraining users with held-out but without training interactions, who were left
 *     out
 * @param slices parts of users and items; empty unless asked for
 */
public record EvaluationResult(
    Map<String, Double> metrics,
    Map<String, Integer> undefined,
    PerUserValues perUser,
    int usersWithoutTraining,
    List<Slice> slices) {

  /** How many users were evaluated. */
  public int users() {
    return perUser.users().length;
  }

  /**
   * One mean.
   *
   * @throws IllegalArgumentException if there is no such key
   */
  public double metric(String key) {
    Double value = metrics.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "metrics: expected one of " + metrics.keySet() + ", got '" + key + "'");
    }
    return value;
  }
}
