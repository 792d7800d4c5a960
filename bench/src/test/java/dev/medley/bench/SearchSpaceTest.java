package dev.medley.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.medley.cli.Models;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a search draws. */
class SearchSpaceTest {
  private static final int TRIALS = 12;

  static List<String> models() {
    return Models.all().stream().map(Models.Entry::name).toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelTakesEverySettingThatIsDrawnForIt(String model) {
    for (List<String> settings : SearchSpace.of(model).trials(TRIALS)) {
      assertThatCode(() -> SearchSpace.recipe(model, settings))
          .as("%s %s", model, settings)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void noTrialIsDrawnTwiceAndAllAreTheSameEachTime(String model) {
    List<List<String>> trials = SearchSpace.of(model).trials(TRIALS);
    assertThat(trials).hasSizeBetween(1, TRIALS);
    assertThat(trials)
        .extracting(settings -> SearchSpace.recipe(model, settings).settings().resolved())
        .doesNotHaveDuplicates();
    assertThat(SearchSpace.of(model).trials(TRIALS)).isEqualTo(trials);
    assertThat(SearchSpace.of(model).trials(1)).isEqualTo(trials.subList(0, 1));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aGradientModelHasTwelveTrialsOfTheSamePatience(String model) {
    if (Models.named(model).training().equals("gradient")) {
      assertThat(SearchSpace.of(model).trials(TRIALS))
          .hasSize(TRIALS)
          .allSatisfy(settings -> assertThat(settings).contains("patience=20"));
    }
  }

  @Test
  void theFirstTrialIsTheDefault() {
    assertThat(SearchSpace.of("dream").trials(1)).containsExactly(List.of("patience=20"));
    assertThat(SearchSpace.of("ease").trials(TRIALS)).containsExactly(List.of());
  }

  @Test
  void aModelsOwnValuesWinOverThoseOfAny() {
    assertThat(SearchSpace.of("bm3").trials(TRIALS))
        .flatExtracting(settings -> settings)
        .contains("l2=1e-2")
        .doesNotContain("l2=0", "l2=1e-5", "layers=3");
  }
}
