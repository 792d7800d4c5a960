package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  private static List<String> lines(double first, double second) {
    return new Explanation(
            List.of(new Explanation.Share("behaviour", -0.5, 1)),
            List.of(
                new Explanation.Contribution("a", first),
                new Explanation.Contribution("b", second)),
            Map.of(),
            List.of())
        .lines();
  }

  @Test
  void reasonsAreWhatRaisesTheScore() {
    assertThat(lines(0.25, 0.1))
        .containsExactly("score: behaviour -0.5000 (100 %)", "because of a (+0.2500), b (+0.1000)");
  }

  @Test
  void whatDoesNotRaiseItIsNamedButNoReason() {
    assertThat(lines(0.25, -0.1)).contains("most of the history: a (+0.2500), b (-0.1000)");
    assertThat(lines(0, 0)).contains("most of the history: a (+0.0000), b (+0.0000)");
  }
}
