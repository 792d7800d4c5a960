package dev.medley.evaluation;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.Arrays;
import org.apache.commons.statistics.inference.TTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * Whether one run is better than another on the same users, judged by the differences of one metric
 * per user.
 *
 * @param users over how many users
 * @param undefined how many users were left out because a value was NaN
 * @param meanDifference the mean of first − second; NaN without users
 * @param low the lower end of the 95 % percentile-bootstrap interval of the mean difference
 * @param high its upper end
 * @param bootstrapP two-sided: twice the smaller share of resampled means on either side of 0, with
 *     one resample added to both counts so that it is never 0
 * @param tTestP of the paired t-test, two-sided; NaN with fewer than two users
 * @param wilcoxonP of Wilcoxon's signed-rank test, two-sided; users without a difference are left
 *     out of it
 */
public record PairedComparison(
    int users,
    int undefined,
    double meanDifference,
    double low,
    double high,
    double bootstrapP,
    double tTestP,
    double wilcoxonP) {
  private static final int RESAMPLES = 10_000;

  /**
   * Compares one metric of two runs.
   *
   * @param metric a column of both, as {@code recall@20}
   * @param seed of the bootstrap
   * @throws IllegalArgumentException if the runs did not evaluate the same users
   */
  public static PairedComparison of(
      PerUserValues first, PerUserValues second, String metric, Seed seed) {
    int differs = Arrays.mismatch(first.users(), second.users());
    if (differs >= 0) {
      throw new IllegalArgumentException(
          "comparison of %s: expected the same users in both runs, got %s in one and %s in the other"
              .formatted(metric, user(first, differs), user(second, differs)));
    }
    return of(first.column(metric), second.column(metric), seed);
  }

  /**
   * Compares two vectors with a value per user.
   *
   * @param first the users' values in one run
   * @param second the same users' values in the other, in the same order
   * @param seed of the bootstrap
   * @throws IllegalArgumentException if they differ in length
   */
  public static PairedComparison of(double[] first, double[] second, Seed seed) {
    if (first.length != second.length) {
      throw new IllegalArgumentException(
          "comparison: expected as many users in both runs, got "
              + first.length
              + " and "
              + second.length);
    }
    double[] differences = new double[first.length];
    int users = 0;
    for (int k = 0; k < first.length; k++) {
      double difference = first[k] - second[k];
      if (!Double.isNaN(difference)) {
        differences[users++] = difference;
      }
    }
    differences = Arrays.copyOf(differences, users);
    int undefined = first.length - users;
    if (users == 0) {
      double none = Double.NaN;
      return new PairedComparison(0, undefined, none, none, none, none, none, none);
    }
    double[] means = resampledMeans(differences, seed.child("paired-bootstrap").stream());
    return new PairedComparison(
        users,
        undefined,
        mean(differences),
        quantile(means, 0.025),
        quantile(means, 0.975),
        bootstrapP(means),
        tTestP(differences),
        wilcoxonP(differences));
  }

  private static String user(PerUserValues values, int row) {
    return row < values.users().length ? "user " + values.users()[row] : "no further user";
  }

  /** Ascending. */
  private static double[] resampledMeans(double[] differences, RandomStream random) {
    double[] means = new double[RESAMPLES];
    for (int sample = 0; sample < RESAMPLES; sample++) {
      double sum = 0;
      for (int k = 0; k < differences.length; k++) {
        sum += differences[random.nextInt(differences.length)];
      }
      means[sample] = sum / differences.length;
    }
    Arrays.sort(means);
    return means;
  }

  /** Between the two nearest order statistics, linearly. */
  private static double quantile(double[] ascending, double share) {
    double position = share * (ascending.length - 1);
    int below = (int) position;
    double weight = position - below;
    return ascending[below] * (1 - weight)
        + ascending[Math.min(below + 1, ascending.length - 1)] * weight;
  }

  private static double bootstrapP(double[] means) {
    int atMost = 0;
    int atLeast = 0;
    for (double mean : means) {
      atMost += mean <= 0 ? 1 : 0;
      atLeast += mean >= 0 ? 1 : 0;
    }
    return Math.min(1, 2.0 * (Math.min(atMost, atLeast) + 1) / (means.length + 1));
  }

  private static double tTestP(double[] differences) {
    if (differences.length < 2) {
      return Double.NaN;
    }
    boolean constant = Arrays.stream(differences).allMatch(d -> d == differences[0]);
    if (constant) {
      return differences[0] == 0 ? 1 : 0; // no variance: t is 0 / 0 or infinite
    }
    return TTest.withDefaults().test(differences).getPValue();
  }

  private static double wilcoxonP(double[] differences) {
    double[] nonZero = Arrays.stream(differences).filter(d -> d != 0).toArray();
    return nonZero.length == 0
        ? 1
        : WilcoxonSignedRankTest.withDefaults().test(nonZero).getPValue();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
