package dev.medley.evaluation;

import static dev.medley.evaluation.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {
  private static final Seed SEED = new Seed(1);

  @Test
  void testsOfOneToFiveAgreeWithTheirTables() {
    PairedComparison result =
        PairedComparison.of(new double[] {1, 2, 3, 4, 5}, new double[5], SEED);

    assertThat(result.users()).isEqualTo(5);
    assertThat(result.meanDifference()).isEqualTo(3);
    // t = 3 / √(2.5 / 5); for 4 degrees of freedom F(t) = ½ + ½ t/√(t²+4) · (1 + 2/(t²+4)).
    double t = 3 / Math.sqrt(0.5);
    double below = t / Math.sqrt(t * t + 4) * (1 + 2 / (t * t + 4));
    assertThat(result.tTestP()).isCloseTo(1 - below, within(1e-12));
    assertThat(result.wilcoxonP()).isCloseTo(2 / 32.0, within(1e-12)); // exact: 2 of 2⁵ signs
  }

  @Test
  void bootstrapOfTwoUsersHasThreeMeans() {
    PairedComparison result = PairedComparison.of(new double[] {0, 1}, new double[] {0, 0}, SEED);

    assertThat(result.low()).isZero();
    assertThat(result.high()).isEqualTo(1);
    // A quarter of the resamples has mean 0; its sd over 10,000 is 0.0043.
    assertThat(result.bootstrapP()).isCloseTo(0.5, within(0.04));
  }

  @Test
  void bootstrapIntervalIsTheNormalOneForManyUsers() {
    RandomStream random = new Seed(3).stream();
    double[] first = new double[2_000];
    double sum = 0;
    double squares = 0;
    for (int k = 0; k < first.length; k++) {
      first[k] = 0.1 + random.nextGaussian();
      sum += first[k];
      squares += first[k] * first[k];
    }
    double mean = sum / first.length;
    double error = Math.sqrt((squares / first.length - mean * mean) / first.length);

    PairedComparison result = PairedComparison.of(first, new double[first.length], SEED);

    // A quantile of 10,000 resamples at 2.5 % has an sd of 0.027 standard errors.
    assertThat(result.low()).isCloseTo(mean - 1.96 * error, within(0.11 * error));
    assertThat(result.high()).isCloseTo(mean + 1.96 * error, within(0.11 * error));
    assertThat(result.bootstrapP()).isCloseTo(result.tTestP(), within(0.01)).isLessThan(0.01);
  }

  @Test
  void equalRunsDoNotDiffer() {
    double[] same = {0.1, 0.2, 0.3};

    assertThat(PairedComparison.of(same, same.clone(), SEED))
        .isEqualTo(new PairedComparison(3, 0, 0, 0, 0, 1, 1, 1));
  }

  @Test
  void constantDifferenceHasNoVarianceAndNoException() {
    PairedComparison result = PairedComparison.of(new double[] {1, 1, 1}, new double[3], SEED);

    assertThat(result.low()).isEqualTo(1);
    assertThat(result.high()).isEqualTo(1);
    assertThat(result.bootstrapP()).isCloseTo(2.0 / 10_001, within(1e-12));
    assertThat(result.tTestP()).isZero();
  }

  @Test
  void usersWithoutAValueAreLeftOutAndCounted() {
    double nan = Double.NaN;

    PairedComparison result =
        PairedComparison.of(new double[] {nan, 1, 3}, new double[] {0, nan, 1}, SEED);
    PairedComparison none = PairedComparison.of(new double[] {nan}, new double[] {0}, SEED);

    assertThat(result.users()).isEqualTo(1);
    assertThat(result.undefined()).isEqualTo(2);
    assertThat(result.meanDifference()).isEqualTo(2);
    assertThat(result.tTestP()).isNaN();
    assertThat(none.meanDifference()).isNaN();
    assertThat(none.bootstrapP()).isNaN();
  }

  @Test
  void sameSeedGivesTheSameIntervalAndAnotherSeedAnother() {
    RandomStream random = new Seed(4).stream();
    double[] first = new double[50];
    for (int k = 0; k < first.length; k++) {
      first[k] = random.nextGaussian();
    }
    double[] second = new double[50];

    PairedComparison once = PairedComparison.of(first, second, new Seed(7));

    assertThat(PairedComparison.of(first, second, new Seed(7))).isEqualTo(once);
    assertThat(PairedComparison.of(first, second, new Seed(8)).low()).isNotEqualTo(once.low());
  }

  @Test
  void swappingTheRunsSwapsTheSign() {
    double[] first = {0.1, 0.5, 0.2, 0.9};
    double[] second = {0.2, 0.1, 0.1, 0.3};

    PairedComparison forth = PairedComparison.of(first, second, SEED);
    PairedComparison back = PairedComparison.of(second, first, SEED);

    assertThat(back.meanDifference()).isEqualTo(-forth.meanDifference());
    assertThat(back.low()).isCloseTo(-forth.high(), within(1e-12));
    assertThat(back.tTestP()).isCloseTo(forth.tTestP(), within(1e-12));
    assertThat(back.wilcoxonP()).isCloseTo(forth.wilcoxonP(), within(1e-12));
  }

  @Test
  void runsOverOtherUsersAreRefused() {
    PerUserValues one = new PerUserValues(row(1, 2), List.of("recall@20"), new double[2]);
    PerUserValues other = new PerUserValues(row(1, 3), List.of("recall@20"), new double[2]);

    assertThat(PairedComparison.of(one, one, "recall@20", SEED).bootstrapP()).isEqualTo(1);
    assertThatThrownBy(() -> PairedComparison.of(one, other, "recall@20", SEED))
        .hasMessage(
            "comparison of recall@20: expected the same users in both runs, got user 2 in one and user 3 in the other");
    assertThatThrownBy(() -> PairedComparison.of(one, one, "ndcg@20", SEED))
        .hasMessage("per-user values: expected one of [recall@20], got 'ndcg@20'");
    assertThatThrownBy(() -> PairedComparison.of(new double[1], new double[2], SEED))
        .hasMessage("comparison: expected as many users in both runs, got 1 and 2");
  }
}
