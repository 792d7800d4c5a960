package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** CADMR's two phases in one command, and its pre-trained autoencoder. */
class CadmrTrainTest extends CommandLineTest {
  private static final int EPOCHS = 20;

  private Path shop = Path.of("");

  @BeforeEach
  void openShop() throws IOException {
    shop = Shops.shop(folder, "image", "text");
  }

  private static List<Object> settings(Object... more) {
    List<Object> all = new ArrayList<>();
    for (String setting :
        List.of(
            "hiddenDim=12",
            "dim=8",
            "pretrainEpochs=" + EPOCHS,
            "epochs=" + EPOCHS,
            "evaluateEvery=1",
            "patience=1000")) {
      all.addAll(List.of("--set", setting));
    }
    all.addAll(List.of(more));
    return all;
  }

  private List<Object> training(Path out, Object... more) {
    List<Object> all = new ArrayList<>();
    all.addAll(List.of("train", "cadmr", shop, "--out", out, "--threads", 1));
    all.addAll(settings(more));
    return all;
  }

  private static List<String> phases(Path run) throws IOException {
    return history(run).stream()
        .skip(1)
        .map(line -> line.substring(0, line.indexOf(',')))
        .distinct()
        .toList();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
  void killedInEitherPhaseAndResumedItEndsInTheSameBytes() throws Exception {
    Path whole = folder.resolve("whole");
    medley(training(whole).toArray()).done();
    assertThat(phases(whole)).containsExactly("pretrain", "finetune");
    Path run = folder.resolve("run");
    for (int lines : new int[] {5, EPOCHS + 5}) { // in the first phase, then in the second
      Child child = new Child("", training(run, "--resume").toArray());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (history(run).size() < lines && child.isAlive() && System.nanoTime() < deadline) {
        LockSupport.parkNanos(500_000);
      }
      child.kill();
      child.outcome();
      assertThat(run.resolve("run.json")).as("killed in the middle").doesNotExist();
    }
    medley(training(run, "--resume").toArray()).done();
    for (String file : List.of("metrics.json", "parameters.safetensors", "per_user.npy")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(withoutSeconds(history(run))).isEqualTo(withoutSeconds(history(whole)));
  }

  @Test
  void aPretrainedAutoencoderTakesTheFirstPhasesPlaceAndItsHashIsRecorded() throws IOException {
    Path earlier = folder.resolve("earlier");
    medley(training(earlier, "--set", "attention=none").toArray()).done();
    Path run = folder.resolve("run");
    medley(training(run, "--set", "pretrained=" + earlier).toArray()).done();
    assertThat(phases(run)).containsExactly("finetune");
    String hash =
        json(earlier.resolve("run.json")).path("files").path("parameters.safetensors").asText();
    assertThat(json(run.resolve("run.json")).path("options").path("pretrained_sha256").asText())
        .isEqualTo(hash)
        .hasSize(64);
  }

  @Test
  void aRunOnAPretrainedAutoencoderCanBeExplained() throws IOException {
    Path earlier = folder.resolve("earlier");
    medley(training(earlier, "--set", "epochs=1").toArray()).done();
    Path run = folder.resolve("run");
    medley(
            training(
                    run,
                    "--set",
                    "pretrained=" + earlier,
                    "--set",
                    "reconstructionWeight=0.1",
                    "--set",
                    "epochs=1")
                .toArray())
        .done();
    assertThat(medley("recommend", run, "--user", 1, "--explain").done().out()).contains("score: ");
  }

  @Test
  void epochsCapBothPhases() throws IOException {
    Path run = folder.resolve("run");
    medley("train", "cadmr", shop, "--out", run, "--threads", 1, "--set", "epochs=2").done();
    assertThat(history(run)).hasSize(1 + 2);
    assertThat(phases(run)).containsExactly("pretrain", "finetune");
  }

  @Test
  void whatCannotBeAPretrainedAutoencoderIsRefusedBeforeTraining() throws IOException {
    Path run = folder.resolve("run");
    Path nowhere = folder.resolve("nowhere");
    assertRefused(
        training(run, "--set", "pretrained=" + nowhere),
        "pretrained: " + nowhere + ": expected the folder of a run, got no such folder");

    Path earlier = folder.resolve("earlier");
    medley(training(earlier, "--set", "attention=none", "--set", "epochs=1").toArray()).done();
    assertRefused(
        training(run, "--set", "pretrained=" + earlier, "--set", "hiddenDim=10"),
        "pretrained: expected a run with hiddenDim=10 as asked for now, got "
            + earlier
            + " with 12");
    assertRefused(
        training(run, "--set", "pretrained=" + earlier, "--split", "random"),
        "pretrained: expected a run on the same dataset with the split random");

    Path other = folder.resolve("other");
    train("lightgcn", shop, other, "--set", "epochs=1");
    assertRefused(
        training(run, "--set", "pretrained=" + other),
        "pretrained: expected a run of cadmr, got " + other + " of lightgcn");

    Path fewer = folder.resolve("fewer");
    medley(training(fewer, "--set", "epochs=1", "--change", "train-50", "--seed", 2).toArray())
        .done();
    assertRefused( // what the one kept the other may not have seen
        training(run, "--set", "pretrained=" + fewer, "--change", "train-50"),
        "pretrained: expected a run on the same dataset with the split ");
  }

  @Test
  void badInputIsRefusedBeforeTraining() throws IOException {
    Path run = folder.resolve("run");
    assertRefused(training(run, "--set", "heads=3"), "heads: expected a divisor of dim 8, got 3");
    assertRefused(training(run, "--set", "l2=-1"), "l2: expected a number of at least 0, got -1");
    Path bare = Shops.write(folder, "bare", Shops.lines());
    assertRefused(
        List.of("train", "cadmr", bare, "--out", run),
        "model cadmr: expected a dataset with features of at least one modality, got none");
  }
}
