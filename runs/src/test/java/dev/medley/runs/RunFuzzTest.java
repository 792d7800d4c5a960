package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever stands in run.json, it is read or refused in one sentence. */
class RunFuzzTest {
  private static final List<String> DANGEROUS =
      List.of(
          "-1",
          "1e999",
          "99999999999999999999",
          "null",
          "[]",
          "{}",
          "\"\"",
          "[[[",
          "true",
          ",",
          "\u0000",
          "\"../../x\"");

  private static Path folder = Path.of("");
  private static String valid = "";

  @BeforeContainer
  static void writeASummary() throws IOException {
    folder = Files.createTempDirectory("run-fuzz");
    RunFolder run = Examples.finished(folder.resolve("run"));
    valid = Files.readString(run.folder().resolve(RunLayout.SUMMARY));
  }

  @AfterContainer
  static void deleteAll() throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Property(tries = 1_500, shrinking = ShrinkingMode.OFF)
  void summaryWithAReplacedPartIsReadOrRefused(
      @ForAll @IntRange(max = 100_000) int position,
      @ForAll @IntRange(max = 12) int length,
      @ForAll @IntRange(max = 11) int choice)
      throws IOException {
    int from = position % valid.length();
    int to = Math.min(valid.length(), from + length);
    read(valid.substring(0, from) + DANGEROUS.get(choice) + valid.substring(to));
  }

  @Property(tries = 1_500, shrinking = ShrinkingMode.OFF)
  void summaryWithAReplacedValueIsReadOrRefused(
      @ForAll @IntRange(max = 100_000) int position, @ForAll @IntRange(max = 11) int choice)
      throws IOException {
    int colon = valid.indexOf(" : ", position % valid.length());
    int end = valid.indexOf('\n', Math.max(colon, 0));
    if (colon >= 0 && end >= 0) {
      String comma = valid.charAt(end - 1) == ',' ? "," : "";
      read(valid.substring(0, colon + 3) + DANGEROUS.get(choice) + comma + valid.substring(end));
    }
  }

  private static void read(String text) throws IOException {
    Path run = folder.resolve("run");
    Files.write(run.resolve(RunLayout.SUMMARY), text.getBytes(StandardCharsets.UTF_8));
    try {
      RunFolder.openUnverified(run).perUser();
    } catch (InvalidInputException refused) {
      assertThat(refused.getMessage()).startsWith(run.toString()).doesNotContain("\n");
    }
  }
}
