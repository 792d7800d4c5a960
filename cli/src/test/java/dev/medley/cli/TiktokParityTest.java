package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The first check against the published reference, on data that are not in this repository. */
@Tag("parity")
class TiktokParityTest extends CommandLineTest {
  private static final Offset<Double> SIX_DIGITS = Offset.offset(5e-7);

  private static Path data() {
    return Optional.ofNullable(System.getProperty("medley.data"))
        .or(() -> Optional.ofNullable(System.getenv("MEDLEY_DATA")))
        .map(Path::of)
        .orElse(Path.of("..", "..", "shared", "data"));
  }

  @Test
  void itemKnnOnFeaturesGivesTheReferencesFigures() throws IOException {
    Path tiktok = data().resolve("tiktok");
    assumeTrue(
        Files.isDirectory(tiktok),
        () -> tiktok + " is absent; MEDLEY_DATA or -Dmedley.data=FOLDER names the folder above it");

    Path run = folder.resolve("run");
    medley("train", "itemknn-features", tiktok, "--out", run).done();

    JsonNode metrics = json(run.resolve("metrics.json"));
    assertThat(metrics.path("test").path("recall@5").asDouble()).isCloseTo(0.00816327, SIX_DIGITS);
    assertThat(metrics.path("test").path("ndcg@5").asDouble()).isCloseTo(0.00541154, SIX_DIGITS);
    assertThat(metrics.path("validation").path("recall@5").asDouble())
        .isCloseTo(0.01313198, SIX_DIGITS);
    assertThat(metrics.path("validation").path("ndcg@5").asDouble())
        .isCloseTo(0.00921244, SIX_DIGITS);
  }
}
