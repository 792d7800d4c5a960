package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --set mirrorGradient.beta=N} of every model that is trained by steps. */
class MirrorGradientTrainTest extends CommandLineTest {

  static Stream<String> trainedModels() {
    return Models.all().stream()
        .filter(entry -> entry.training().equals("gradient"))
        .map(Models.Entry::name);
  }

  private static void run(String model, Path shop, Path out, String... settings) {
    List<Object> all = new ArrayList<>(List.of("--set", "epochs=2"));
    for (String setting : settings) {
      all.addAll(List.of("--set", setting));
    }
    train(model, shop, out, all.toArray());
  }

  @ParameterizedTest
  @MethodSource("trainedModels")
  void changesTheTrainingOfEveryModelAndOffLeavesItBitForBit(String model) throws IOException {
    Path shop = Shops.shop(folder, "image", "text");
    if (Models.named(model).needs().contains("texts")) {
      Shops.texts(shop);
    }
    Path plain = folder.resolve("plain");
    Path off = folder.resolve("off");
    Path on = folder.resolve("on");
    run(model, shop, plain);
    run(model, shop, off, "mirrorGradient.beta=0", "mirrorGradient.alpha2=0.3");
    run(model, shop, on, "mirrorGradient.beta=1");
    assertThat(plain.resolve("history.csv")).content().doesNotContain("Infinity");
    assertThat(off.resolve("parameters.safetensors"))
        .hasSameBinaryContentAs(plain.resolve("parameters.safetensors"));
    assertThat(metrics(off)).isEqualTo(metrics(plain));
    assertThat(json(on.resolve("run.json")).path("files").path("parameters.safetensors"))
        .isNotEqualTo(json(plain.resolve("run.json")).path("files").path("parameters.safetensors"));
    JsonNode recorded = json(on.resolve("request.json")).path("hyperparameters");
    assertThat(recorded.path("mirrorGradient.beta").asInt()).isEqualTo(1);
    assertThat(recorded.path("mirrorGradient.alpha1").asDouble()).isEqualTo(1);
    assertThat(recorded.path("mirrorGradient.alpha2").asDouble()).isEqualTo(0.1);
    assertThat(json(plain.resolve("request.json")).path("hyperparameters").fieldNames())
        .toIterable()
        .noneMatch(key -> key.startsWith("mirrorGradient"));
  }

  /** On this data an epoch is one step, so that the second epoch's is the first that differs. */
  @ParameterizedTest
  @ValueSource(strings = {"lightgcn", "glocal-k"})
  void stepsAreCountedFromEpochToEpoch(String model) throws IOException {
    Path shop = Shops.shop(folder);
    Path plain = folder.resolve("plain");
    Path on = folder.resolve("on");
    run(model, shop, plain, "epochs=3", "evaluateEvery=1");
    run(model, shop, on, "epochs=3", "evaluateEvery=1", "mirrorGradient.beta=2");
    assertThat(losses(on).subList(0, 2)).isEqualTo(losses(plain).subList(0, 2));
    assertThat(losses(on).get(2)).isNotEqualTo(losses(plain).get(2));
  }

  /** Phase, epoch and the first term of each row. */
  private static List<String> losses(Path run) throws IOException {
    return Files.readAllLines(run.resolve("history.csv")).stream()
        .skip(1)
        .map(line -> String.join(",", List.of(line.split(",")).subList(0, 3)))
        .toList();
  }

  @Test
  void resumesOnlyWithTheSameSettings() throws IOException {
    Path shop = Shops.shop(folder);
    Path out = folder.resolve("run");
    run("lightgcn", shop, out, "mirrorGradient.beta=3", "mirrorGradient.alpha2=0.2");
    List<Object> again = new ArrayList<>();
    again.addAll(List.of("train", "lightgcn", shop, "--out", out, "--threads", 1, "--resume"));
    again.addAll(List.of("--set", "epochs=2", "--set", "mirrorGradient.beta=3"));
    assertRefused(
        again,
        "a run of another request is there already: expected mirrorGradient.alpha2 0.2",
        "got 0.1");
    again.addAll(List.of("--set", "mirrorGradient.alpha2=0.2"));
    medley(again.toArray()).done();
  }
}
