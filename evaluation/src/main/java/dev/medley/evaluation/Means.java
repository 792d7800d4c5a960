package dev.medley.evaluation;

/** A mean that leaves out what is undefined and counts it. Sums in order of addition. */
final class Means {
  private double sum;
  private int defined;
  private int undefined;

  void add(double value) {
    if (Double.isNaN(value)) {
      undefined++;
    } else {
      sum += value;
      defined++;
    }
  }

  /** NaN where nothing was defined. */
  double mean() {
    return defined == 0 ? Double.NaN : sum / defined;
  }

  int undefined() {
    return undefined;
  }
}
