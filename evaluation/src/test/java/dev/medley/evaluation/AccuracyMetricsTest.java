package dev.medley.evaluation;

import static dev.medley.evaluation.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AccuracyMetricsTest {
  private static final int ITEMS = 40;

  @Property(tries = 500)
  void allAgreeWithTheirDefinitionsAndLieBetweenZeroAndOne(
      @ForAll @Size(max = 40) Set<@IntRange(max = 39) Integer> ranked,
      @ForAll @NotEmpty Set<@IntRange(max = 39) Integer> relevant) {
    List<Integer> ranking = new ArrayList<>(ranked);
    AccuracyMetrics metrics = new AccuracyMetrics(ITEMS, 1, 5, 20, 50);

    double[] values =
        metrics.of(
            ranking.stream().mapToInt(i -> i).toArray(),
            relevant.stream().mapToInt(i -> i).sorted().toArray());

    for (int column = 0; column < values.length; column++) {
      String[] key = metrics.columns().get(column).split("@", -1);
      int k = Math.min(Integer.parseInt(key[1]), ITEMS);
      assertThat(values[column])
          .as(metrics.columns().get(column))
          .isBetween(0.0, 1 + 1e-12)
          .isCloseTo(Textbook.metric(key[0], k, ranking, relevant), within(1e-12));
    }
  }

  @Test
  void handCheckedList() {
    // Hits at ranks 2 and 4 of three relevant items.
    double[] values = new AccuracyMetrics(100, 4).of(row(9, 1, 8, 2), row(1, 2, 3));

    double log3 = Math.log(2) / Math.log(3);
    double log5 = Math.log(2) / Math.log(5);
    assertThat(values)
        .containsExactly(
            new double[] {
              2.0 / 3, // recall
              (log3 + log5) / (1 + log3 + 0.5), // ndcg
              0.5, // precision
              1, // hitrate
              (1.0 / 2 + 2.0 / 4) / 3, // map
              0.5 // mrr
            },
            within(1e-15));
  }

  @Test
  void columnsGoMetricByMetric() {
    assertThat(new AccuracyMetrics(9, 5, 10).columns())
        .startsWith("recall@5", "recall@10", "ndcg@5")
        .endsWith("mrr@10")
        .hasSize(12);
  }

  @Test
  void withoutRelevantItemsAllAreUndefined() {
    assertThat(new AccuracyMetrics(9, 5).of(row(1, 2), row())).containsOnly(Double.NaN);
  }

  @Test
  void cutoffsThatDoNotAscendAreRefused() {
    assertThatThrownBy(() -> new AccuracyMetrics(9, 10, 5))
        .hasMessage("cut-offs: expected ascending numbers from 1 on, got [10, 5]");
  }
}
