package dev.medley.evaluation;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the lists say about a recommender beyond hits. With c(i) the number of training users of
 * item i, U the number of users with training interactions, and n(i) in how many of the lists, cut
 * at K, item i stands:
 *
 * <ul>
 *   <li>{@code coverage}: the share of all I items with n(i) > 0.
 *   <li>{@code gini}: Σₖ (2k − I − 1) n₍ₖ₎ / (I Σ n) with n₍₁₎ ≤ … ≤ n₍ᵢ₎ over all I items; 0 if
 *       all are recommended equally often, 1 − 1/I if only one is.
 *   <li>{@code arp} (average recommendation popularity): the mean of c over a list, then over
 *       users.
 *   <li>{@code novelty}: the mean of −log₂(c(i) / U) over a list, in bits, then over users. An item
 *       without training interaction counts as if one user had it: as novel as the least popular
 *       item that was seen, not infinitely so.
 *   <li>{@code diversity}: the mean of 1 − cosine over all pairs of a list, then over users; see
 *       {@link Diversity}.
 * </ul>
 *
 * A list that is empty, because every item was masked, has no arp, novelty and diversity.
 */
final class BeyondAccuracy {
  private final RankedLists lists;
  private final int[] counts; // c, I
  private final double[] surprise; // −log₂(max(c, 1) / U), I
  private final List<FeatureMatrix> features;
  private final int[] cutoffs;

  BeyondAccuracy(
      RankedLists lists, Interactions train, List<FeatureMatrix> features, int[] cutoffs) {
    this.lists = lists;
    this.features = features;
    this.cutoffs = cutoffs;
    counts = train.itemCounts();
    int users = 0;
    for (int user = 0; user < train.users(); user++) {
      users += train.count(user) > 0 ? 1 : 0;
    }
    surprise = new double[counts.length];
    for (int item = 0; item < counts.length; item++) {
      surprise[item] =
          StrictMath.log((double) users / Math.max(1, counts[item])) / StrictMath.log(2);
    }
  }

  /** Adds every metric's mean to {@code metrics} and counts the users for whom it is undefined. */
  void putInto(Map<String, Double> metrics, Map<String, Integer> undefined, Stripes stripes) {
    double[] coverage = new double[cutoffs.length];
    double[] gini = new double[cutoffs.length];
    exposure(coverage, gini);
    for (int c = 0; c < cutoffs.length; c++) {
      metrics.put("coverage@" + cutoffs[c], coverage[c]);
    }
    for (int c = 0; c < cutoffs.length; c++) {
      metrics.put("gini@" + cutoffs[c], gini[c]);
    }
    double[] popularity = new double[counts.length];
    Arrays.setAll(popularity, item -> counts[item]);
    putMeans("arp", listMeans(popularity), metrics, undefined);
    putMeans("novelty", listMeans(surprise), metrics, undefined);
    double[] diversity =
        features.isEmpty()
            ? undefined()
            : new Diversity(features, lists.items()).of(lists, cutoffs, stripes);
    putMeans("diversity", diversity, metrics, undefined);
  }

  /** E × cut-offs, all NaN. */
  private double[] undefined() {
    double[] values = new double[lists.size() * cutoffs.length];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  /** The mean of {@code value} over each list, E × cut-offs. */
  private double[] listMeans(double[] value) {
    double[] means = new double[lists.size() * cutoffs.length];
    for (int row = 0; row < lists.size(); row++) {
      double sum = 0;
      int at = lists.begin(row);
      for (int c = 0; c < cutoffs.length; c++) {
        for (int end = lists.end(row, cutoffs[c]); at < end; at++) {
          sum += value[lists.item(at)];
        }
        means[row * cutoffs.length + c] = sum / (at - lists.begin(row)); // 0 / 0 is NaN
      }
    }
    return means;
  }

  private void putMeans(
      String name, double[] values, Map<String, Double> metrics, Map<String, Integer> undefined) {
    for (int c = 0; c < cutoffs.length; c++) {
      Means means = new Means();
      for (int at = c; at < values.length; at += cutoffs.length) {
        means.add(values[at]);
      }
      String key = name + "@" + cutoffs[c];
      metrics.put(key, means.mean());
      if (means.undefined() > 0) {
        undefined.put(key, means.undefined());
      }
    }
  }

  private void exposure(double[] coverage, double[] gini) {
    int items = lists.items();
    int[] times = new int[items];
    int previous = 0;
    for (int c = 0; c < cutoffs.length; c++) {
      for (int row = 0; row < lists.size(); row++) {
        int end = lists.end(row, cutoffs[c]);
        for (int at = lists.end(row, previous); at < end; at++) {
          times[lists.item(at)]++;
        }
      }
      previous = cutoffs[c];
      int[] sorted = times.clone();
      Arrays.sort(sorted);
      int seen = 0;
      double total = 0;
      double weighted = 0;
      for (int k = 0; k < items; k++) {
        seen += sorted[k] > 0 ? 1 : 0;
        total += sorted[k];
        weighted += (2.0 * (k + 1) - items - 1) * sorted[k];
      }
      coverage[c] = lists.size() == 0 ? Double.NaN : (double) seen / items;
      gini[c] = weighted / (items * total); // 0 / 0 is NaN
    }
  }
}
