package dev.medley.models;

import dev.medley.engine.Adam;

/**
 * How the gradient-trained models are trained, with the settings that the field's papers share.
 *
 * @param learningRate of Adam, above 0
 * @param batchSize interactions in a step, at least 1
 * @param epochs at most so many passes over the training interactions, at least 1
 * @param evaluateEvery epochs from one validation to the next, at least 1
 * @param patience evaluations without a better one after which training stops, at least 1
 */
public record Optimization(
    double learningRate, int batchSize, int epochs, int evaluateEvery, int patience) {

  /** The common protocol of the field (evaluation guide, model selection). */
  public static final Optimization COMMON = new Optimization(1e-3, 2048, 1000, 1, 20);

  /** Refuses values out of range. */
  public Optimization {
    Range.above("learningRate", learningRate, 0);
    Range.atLeast("batchSize", batchSize, 1);
    Range.atLeast("epochs", epochs, 1);
    Range.atLeast("evaluateEvery", evaluateEvery, 1);
    Range.atLeast("patience", patience, 1);
  }

  /** Reads the five keys; {@code defaults} where one is not given. */
  public static Optimization read(Settings settings, Optimization defaults) {
    return new Optimization(
        settings.number("learningRate", defaults.learningRate),
        settings.integer("batchSize", defaults.batchSize),
        settings.integer("epochs", defaults.epochs),
        settings.integer("evaluateEvery", defaults.evaluateEvery),
        settings.integer("patience", defaults.patience));
  }

  /** The same with another batch size and learning rate. */
  public Optimization with(int otherBatchSize, double otherRate) {
    return new Optimization(otherRate, otherBatchSize, epochs, evaluateEvery, patience);
  }

  /** The same that gives up after other so many evaluations without a better one. */
  public Optimization patient(int otherPatience) {
    return new Optimization(learningRate, batchSize, epochs, evaluateEvery, otherPatience);
  }

  /** Adam at this learning rate with its published constants. */
  public Adam.Settings adam() {
    return Adam.Settings.withLearningRate(learningRate);
  }
}
