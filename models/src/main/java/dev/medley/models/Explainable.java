package dev.medley.models;

import java.util.List;
import java.util.Map;

/**
 * A model whose scores can be taken apart: each is a sum of one summand per part, a part being a
 * modality or a line of the model.
 */
public interface Explainable extends Model {

  /**
   * An item that another one attends to.
   *
   * @param item its number
   * @param weight of the attention, in [0, 1]
   */
  record Attended(int item, double weight) {}

  /** The names of the parts, in the order of the summands. */
  List<String> parts();

  /**
   * What each part adds to the scores of one user, with the parameters as they are.
   *
   * @param user whose scores
   * @param items B of them
   * @return a row per item and a column per part; each row sums to what {@link #scorer} gives
   */
  double[][] summands(int user, int[] items);

  /** The model's own weight of each modality for an item, by name; empty where it has none. */
  default Map<String, Double> weights(int item) {
    return Map.of();
  }

  /** The items that an item attends to most, strongest first; empty where the model has none. */
  default List<Attended> attended(int item, int count) {
    return List.of();
  }
}
