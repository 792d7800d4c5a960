package dev.medley.models;

import dev.medley.core.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** Refuses a hyperparameter that is out of range, naming its key. */
public final class Range {
  private static final int MAX_DIM = 1 << 16;

  private Range() {}

  /** Refuses {@code value} unless it is at least {@code least}. */
  public static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new InvalidInputException(
          "%s: expected a whole number of at least %d, got %d".formatted(key, least, value));
    }
  }

  /** Refuses a number of dimensions below 1, or above what any machine could use. */
  public static void dimensions(int dim) {
    atLeast("dim", dim, 1);
    if (dim > MAX_DIM) {
      throw new InvalidInputException(
          "dim: expected a whole number of at most %d, got %d".formatted(MAX_DIM, dim));
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

  /** {@link #above}, where validation decides on a number that is not given. */
  public static void openAbove(String key, @Nullable Double value, double bound) {
    if (value != null) {
      above(key, value, bound);
    }
  }

  /** {@link #atLeast(String, int, int)}, where validation decides on a number not given. */
  public static void openAtLeast(String key, @Nullable Integer value, int least) {
    if (value != null) {
      atLeast(key, value, least);
    }
  }

  /** {@link #atLeast(String, double, double)}, where validation decides on one not given. */
  public static void openAtLeast(String key, @Nullable Double value, double least) {
    if (value != null) {
      atLeast(key, value, least);
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

  /** Refuses {@code value} unless 0 ≤ {@code value} ≤ 1. */
  public static void share(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new InvalidInputException(
          "%s: expected a number in [0, 1], got %s".formatted(key, plain(value)));
    }
  }

  /** Refuses as many neighbours as there are items, or more than 2^31 − 1 of all items together. */
  public static void fewerNeighbors(int neighbors, int items) {
    if (neighbors >= items) {
      throw new InvalidInputException(
          "neighbors: expected fewer than the %d items, got %d".formatted(items, neighbors));
    }
    if ((long) neighbors * items > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "neighbors: expected at most %d for %d items, got %d"
              .formatted(Integer.MAX_VALUE / items, items, neighbors));
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
