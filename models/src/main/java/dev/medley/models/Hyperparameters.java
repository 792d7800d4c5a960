package dev.medley.models;

import dev.medley.core.TrainingView;

/**
 * A model's configuration: an immutable record that refuses values out of range when it is made, so
 * that an existing one is always valid.
 */
public interface Hyperparameters {

  /**
   * Refuses data that a model of this configuration cannot be trained on, without making the model:
   * features that are missing, fewer items than neighbours.
   *
   * @throws dev.medley.core.InvalidInputException saying what the model expects
   */
  default void check(TrainingView data) {}
}
