package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the sample, whose taste shows in pictures and texts, each of the three models needs both. */
@Tag("slow") // trains each model three times with its default
class SampleModalitiesTest extends CommandLineTest {
  private static final double LEVEL = 0.05;

  @ParameterizedTest
  @ValueSource(strings = {"dream", "mr-csaf", "cadmr"})
  void losesWithoutEitherModalityAndBeatsLightGcn(String model) throws IOException {
    Path sample = folder.resolve("sample");
    medley("sample", sample).done();
    List<String> others = List.of(model + "@without-image", model + "@without-text", "lightgcn");

    String table =
        medley(
                "compare",
                sample,
                "--models",
                model + "," + String.join(",", others),
                "--seeds",
                1,
                "--threads",
                1,
                "--out",
                folder.resolve("runs"))
            .done()
            .out();

    System.out.println(table);
    for (String other : others) {
      Matcher line =
          Pattern.compile(
                  "^"
                      + Pattern.quote(other)
                      + " +([+-][0-9.]+) +\\[([+-][0-9.]+), ([+-][0-9.]+)\\] +([0-9.]+) *$",
                  Pattern.MULTILINE)
              .matcher(table);
      assertThat(line.find()).as("%s in %s", other, table).isTrue();
      assertThat(Double.parseDouble(line.group(1))).as(line.group()).isNegative();
      assertThat(Double.parseDouble(line.group(3))).as(line.group()).isNegative();
      assertThat(Double.parseDouble(line.group(4))).as(line.group()).isLessThan(LEVEL);
    }
  }
}
