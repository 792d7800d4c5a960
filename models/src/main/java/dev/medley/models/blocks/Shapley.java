package dev.medley.models.blocks;

import java.util.function.Function;
import java.util.function.IntPredicate;

/** Divides what several parts achieve together over them (shapley1953value). */
public final class Shapley {

  private Shapley() {}

  /**
   * A base and what each part adds to it: the mean, over all orders in which the parts may come, of
   * what a part adds when it comes.
   *
   * @param base the values without any part, one per item
   * @param parts how many there are, at most 16: each set of them is valued once
   * @param values the values with some of the parts, at least one
   * @return a row per item: its base, then each part's share; the row sums to the value with all
   */
  public static double[][] of(double[] base, int parts, Function<IntPredicate, double[]> values) {
    if (parts > 16) {
      throw new IllegalArgumentException("Shapley: expected at most 16 parts, got " + parts);
    }
    double[][] valueOf = new double[1 << parts][]; // by the set's bits
    valueOf[0] = base;
    for (int set = 1; set < valueOf.length; set++) {
      int bits = set;
      valueOf[set] = values.apply(part -> (bits >> part & 1) == 1);
    }
    double[][] shares = new double[base.length][1 + parts];
    for (int item = 0; item < base.length; item++) {
      shares[item][0] = base[item];
      for (int set = 0; set < valueOf.length; set++) {
        for (int part = 0; part < parts; part++) {
          if ((set >> part & 1) == 0) {
            shares[item][1 + part] +=
                weight(Integer.bitCount(set), parts)
                    * (valueOf[set | 1 << part][item] - valueOf[set][item]);
          }
        }
      }
    }
    return shares;
  }

  /** |S|! (n − |S| − 1)! / n!, the share of orders in which exactly S comes first. */
  private static double weight(int before, int parts) {
    double choose = 1; // (n − 1 choose |S|)
    for (int k = 1; k <= before; k++) {
      choose = choose * (parts - k) / k;
    }
    return 1 / (parts * choose);
  }
}
