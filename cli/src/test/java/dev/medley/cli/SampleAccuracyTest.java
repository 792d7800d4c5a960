package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On the sample, whose taste shows in interactions and features, what learns more knows more. */
@Tag("slow") // trains nearly every model with its default
class SampleAccuracyTest extends CommandLineTest {

  /** Three are in {@link SampleModalitiesTest}, where they must beat more; addvae takes longest. */
  private static final Set<String> ELSEWHERE = Set.of("dream", "mr-csaf", "cadmr", "addvae");

  @Test
  void learningBeatsCountingAndFeaturesBeatBpr() throws IOException {
    Path sample = folder.resolve("sample");
    medley("sample", sample).done();
    TreeMap<String, Double> recall = new TreeMap<>();
    for (Models.Entry<?> entry : Models.all()) {
      if (!ELSEWHERE.contains(entry.name())) {
        Path run = folder.resolve(entry.name());
        train(entry.name(), sample, run);
        recall.put(
            entry.name(), json(run.resolve("metrics.json")).at("/test/recall@20").asDouble());
      }
    }
    System.out.println("test recall@20 on the sample: " + recall);
    double popular = recall.getOrDefault("popular", Double.NaN);
    double bpr = recall.getOrDefault("bpr", Double.NaN);
    assertThat(bpr).as("bpr").isGreaterThan(1.1 * popular);
    SoftAssertions all = new SoftAssertions();
    recall.forEach(
        (model, value) -> {
          if (Models.named(model).needs().equals("features")) {
            all.assertThat(value).as(model).isGreaterThan(1.1 * bpr);
          } else if (!model.equals("popular")) {
            all.assertThat(value).as(model).isGreaterThan(1.1 * popular);
          }
        });
    all.assertAll();
  }
}
