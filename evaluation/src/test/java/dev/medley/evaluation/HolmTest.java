package dev.medley.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void handCheckedTable() {
    // Ascending: .005·4, .01·3, .03·2, .04·1 with the running maximum .02, .03, .06, .06.
    assertThat(Holm.correct(0.01, 0.04, 0.03, 0.005))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
  }

  @Test
  void undefinedIsNoHypothesis() {
    assertThat(Holm.correct(Double.NaN, 0.02, 0.9))
        .containsExactly(new double[] {Double.NaN, 0.04, 0.9}, within(1e-15));
    assertThat(Holm.correct()).isEmpty();
  }

  @Test
  void whatIsNoProbabilityIsRefused() {
    assertThatThrownBy(() -> Holm.correct(0.5, 1.5))
        .hasMessage("p value: expected in [0, 1], got 1.5");
  }

  @Property(tries = 200)
  void correctionNeverLowersAndKeepsTheOrder(
      @ForAll List<@DoubleRange(min = 0, max = 1) Double> pValues) {
    double[] p = pValues.stream().mapToDouble(value -> value).toArray();
    double[] corrected = Holm.correct(p);
    for (int a = 0; a < p.length; a++) {
      assertThat(corrected[a]).isBetween(p[a], Math.max(p[a], 1.0));
      for (int b = 0; b < p.length; b++) {
        assertThat(p[a] >= p[b] || corrected[a] <= corrected[b]).isTrue();
      }
    }
  }
}
