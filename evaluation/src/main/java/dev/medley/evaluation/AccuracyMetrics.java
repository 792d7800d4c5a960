package dev.medley.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well a ranked list finds a user's relevant items: pure functions of the two, for several
 * cut-offs at once.
 *
 * <p>With R the user's relevant items, h(r) 1 where the item at rank r = 1, 2, … is relevant and 0
 * elsewhere, and K = min(cut-off, I):
 *
 * <ul>
 *   <li>{@code recall}: Σ h / |R|
 *   <li>{@code ndcg}: Σ h(r) / log₂(r + 1), divided by what min(K, |R|) hits at the top would give
 *   <li>{@code precision}: Σ h / K
 *   <li>{@code hitrate}: 1 if there is a hit, else 0
 *   <li>{@code map}: Σ h(r) · (hits up to r) / r, divided by min(K, |R|)
 *   <li>{@code mrr}: 1 / rank of the first hit, 0 without one
 * </ul>
 *
 * All sums run over r ≤ K. Without a relevant item every one is undefined, NaN.
 */
public final class AccuracyMetrics {
  private static final List<String> NAMES =
      List.of("recall", "ndcg", "precision", "hitrate", "map", "mrr");

  private final List<String> columns;
  private final int[] depths; // the cut-offs, at most I
  private final double[] discounts; // 1 / log₂(rank + 2), rank from 0
  private final double[] ideals; // ideals[n]: DCG of n hits at the top

  /**
   * For a catalogue and cut-offs.
   *
   * @param items I
   * @param cutoffs ascending, each at least 1; one beyond I behaves as I
   */
  public AccuracyMetrics(int items, int... cutoffs) {
    requireCutoffs(cutoffs);
    depths = Arrays.stream(cutoffs).map(cutoff -> Math.min(cutoff, items)).toArray();
    int deepest = depths[depths.length - 1];
    discounts = new double[deepest];
    ideals = new double[deepest + 1];
    for (int rank = 0; rank < deepest; rank++) {
      discounts[rank] = StrictMath.log(2) / StrictMath.log(rank + 2);
      ideals[rank + 1] = ideals[rank] + discounts[rank];
    }
    List<String> names = new ArrayList<>();
    for (String name : NAMES) {
      for (int cutoff : cutoffs) {
        names.add(name + "@" + cutoff);
      }
    }
    columns = List.copyOf(names);
  }

  static void requireCutoffs(int[] cutoffs) {
    boolean ascending = cutoffs.length > 0 && cutoffs[0] >= 1;
    for (int c = 1; c < cutoffs.length; c++) {
      ascending &= cutoffs[c] > cutoffs[c - 1];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "cut-offs: expected ascending numbers from 1 on, got " + Arrays.toString(cutoffs));
    }
  }

  /** The names of the values, as {@code recall@5, recall@10, …, ndcg@5, …}. */
  public List<String> columns() {
    return columns;
  }

  /** How deep a list must be ranked: the largest cut-off, at most I. */
  public int depth() {
    return depths[depths.length - 1];
  }

  /**
   * All values of one list.
   *
   * @param ranked items, best first
   * @param relevant items, ascending
   * @return one value per column
   */
  public double[] of(int[] ranked, int[] relevant) {
    double[] values = new double[columns.size()];
    write(ranked, 0, ranked.length, relevant, 0, relevant.length, values, 0);
    return values;
  }

  /**
   * All values of one list that lies in larger arrays.
   *
   * @param ranked holds the items, best first, at {@code rankedFrom … rankedTo}; may be shorter
   *     than a cut-off where fewer items are candidates
   * @param relevant holds the relevant items, ascending, at {@code relevantFrom … relevantTo}
   * @param out receives one value per column from {@code outAt} on
   */
  public void write(
      int[] ranked,
      int rankedFrom,
      int rankedTo,
      int[] relevant,
      int relevantFrom,
      int relevantTo,
      double[] out,
      int outAt) {
    int relevantCount = relevantTo - relevantFrom;
    if (relevantCount == 0) {
      Arrays.fill(out, outAt, outAt + columns.size(), Double.NaN);
      return;
    }
    int hits = 0;
    double gain = 0;
    double precisions = 0;
    double reciprocalRank = 0;
    int rank = 0;
    for (int c = 0; c < depths.length; c++) {
      int depth = depths[c];
      for (int end = Math.min(depth, rankedTo - rankedFrom); rank < end; rank++) {
        int item = ranked[rankedFrom + rank];
        if (Arrays.binarySearch(relevant, relevantFrom, relevantTo, item) >= 0) {
          hits++;
          gain += discounts[rank];
          precisions += (double) hits / (rank + 1);
          if (hits == 1) {
            reciprocalRank = 1.0 / (rank + 1);
          }
        }
      }
      int reachable = Math.min(depth, relevantCount);
      int at = outAt + c;
      int step = depths.length; // columns lie metric by metric, in the order of NAMES
      out[at] = (double) hits / relevantCount;
      out[at + step] = gain / ideals[reachable];
      out[at + 2 * step] = (double) hits / depth;
      out[at + 3 * step] = hits > 0 ? 1 : 0;
      out[at + 4 * step] = precisions / reachable;
      out[at + 5 * step] = reciprocalRank;
    }
  }
}
