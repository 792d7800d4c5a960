package dev.medley.evaluation;

import java.util.Arrays;
import java.util.Comparator;

/** Holm's correction for testing several hypotheses at once (holm1979simple). */
public final class Holm {
  private Holm() {}

  /**
   * Corrected p values: rejecting those at most α keeps the chance of any false rejection at most
   * α. The k-th smallest of n becomes the largest (n − j + 1) · p₍ⱼ₎ over j ≤ k, at most 1.
   *
   * @param pValues each in [0, 1]; NaN is no hypothesis: it stays NaN and is not counted in n
   * @return one per p value, in the same order
   */
  public static double[] correct(double... pValues) {
    Integer[] order = new Integer[pValues.length];
    Arrays.setAll(order, k -> k);
    Arrays.sort(order, Comparator.comparingDouble(k -> pValues[k])); // NaN last
    int n = (int) Arrays.stream(pValues).filter(p -> !Double.isNaN(p)).count();
    double[] corrected = new double[pValues.length];
    Arrays.fill(corrected, Double.NaN);
    double largest = 0;
    for (int k = 0; k < n; k++) {
      double p = pValues[order[k]];
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("p value: expected in [0, 1], got " + p);
      }
      largest = Math.max(largest, Math.min(1, (n - k) * p));
      corrected[order[k]] = largest;
    }
    return corrected;
  }
}
