package dev.medley.models;

import dev.medley.core.InvalidInputException;

/** Refuses a hyperparameter that is out of range, naming its key. */
public final class Range {

  private Range() {}

  /** Refuses {@code value} unless it is at least {@code least}. */
  public static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new InvalidInputException(
          "%s: expected a whole number of at least %d, got %d".formatted(key, least, value));
    }
  }

  /** Refuses {@code value} unless it is a finite number of at least {@code least}. */
  public static void atLeast(String key, double value, double least) {
    if (!(value >= least) || Double.isInfinite(value)) {
      throw new InvalidInputException(
          "%s: expected a number of at least %s, got %s"
              .formatted(key, plain(least), plain(value)));
    }
  }

  /** Refuses {@code value} unless it is a finite number above {@code bound}. */
  public static void above(String key, double value, double bound) {
    if (!(value > bound) || Double.isInfinite(value)) {
      throw new InvalidInputException(
          "%s: expected a number above %s, got %s".formatted(key, plain(bound), plain(value)));
    }
  }

  /** Refuses {@code value} unless {@code least} ≤ value &lt; {@code bound}. */
  public static void within(String key, double value, double least, double bound) {
    if (!(value >= least && value < bound)) {
      throw new InvalidInputException(
          "%s: expected a number in [%s, %s), got %s"
              .formatted(key, plain(least), plain(bound), plain(value)));
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
