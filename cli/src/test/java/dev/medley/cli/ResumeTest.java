package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.training.Checkpoints;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs that were stopped go on, and end as if they had not been. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
class ResumeTest extends CommandLineTest {
  private static final int EPOCHS = 50;

  @TempDir static Path shared;

  private Path shop = Path.of("");
  private Path run = Path.of("");

  @BeforeEach
  void openShop() throws IOException {
    shop = Shops.shop(folder, "image");
    run = folder.resolve("run");
  }

  /** A training of many short epochs. */
  private Object[] longTraining(Path out, Object... more) {
    List<Object> all = new ArrayList<>();
    all.addAll(List.of("train", "freedom", shop, "--out", out, "--threads", 1, "--resume"));
    for (String setting :
        List.of("epochs=" + EPOCHS, "patience=1000", "dim=16", "batchSize=64", "layers=1")) {
      all.addAll(List.of("--set", setting));
    }
    all.addAll(List.of(more));
    return all.toArray();
  }

  private Object[] shortTraining(Object... more) {
    List<Object> all = new ArrayList<>();
    all.addAll(List.of("train", "lightgcn", shop, "--out", run, "--threads", 1));
    all.addAll(List.of("--set", "dim=8", "--set", "epochs=4"));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** Waits until a child's history has so many lines. */
  private static void awaitHistory(Child child, Path run, int lines) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (history(run).size() < lines && child.isAlive() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(500_000);
    }
  }

  /** Puts at {@code out} a run that was killed after some epochs, the same for every test. */
  private void leaveUnfinished(Path out) throws IOException, InterruptedException {
    Path killed = shared.resolve("killed");
    if (!Files.exists(killed)) {
      Child child = new Child("", longTraining(killed));
      awaitHistory(child, killed, 6);
      child.kill();
      child.outcome();
      assertThat(killed.resolve("run.json")).doesNotExist();
      assertThat(killed.resolve("checkpoint/state.safetensors")).exists();
    }
    copy(killed, out);
  }

  /** Finishes {@code run} in this process and compares it with a run that was never stopped. */
  private Outcome assertEndsAsIfNeverStopped() throws IOException {
    Outcome outcome = medley(longTraining(run)).done();
    Path whole = shared.resolve("whole");
    medley(longTraining(whole)).done(); // trained by the first test, then only opened
    assertThat(run.resolve("metrics.json")).hasSameBinaryContentAs(whole.resolve("metrics.json"));
    assertThat(run.resolve("parameters.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("parameters.safetensors"));
    assertThat(withoutSeconds(history(run))).isEqualTo(withoutSeconds(history(whole)));
    assertThat(json(run.resolve("run.json")).path("best_epoch"))
        .isEqualTo(json(whole.resolve("run.json")).path("best_epoch"));
    assertThat(json(run.resolve("run.json")).path("epochs").asInt()).isEqualTo(EPOCHS);
    assertThat(run.resolve("checkpoint")).doesNotExist();
    return outcome;
  }

  @Test
  void killedThreeTimesEndsAsIfNeverStopped() throws Exception {
    List<String> earlier = List.of();
    for (int kill = 0; kill < 3; kill++) {
      Child child = new Child("", longTraining(run));
      awaitHistory(child, run, earlier.size() + ThreadLocalRandom.current().nextInt(2, 10));
      LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000_000));
      child.kill();
      child.outcome();
      assertThat(run.resolve("run.json")).as("killed in the middle").doesNotExist();
      List<String> now = history(run);
      int certain = Math.max(0, earlier.size() - 1); // the last may have had no checkpoint yet
      assertThat(now.subList(0, certain)).isEqualTo(earlier.subList(0, certain));
      earlier = now;
    }
    assertEndsAsIfNeverStopped();
    assertThat(history(run).subList(0, earlier.size() - 1))
        .isEqualTo(earlier.subList(0, earlier.size() - 1));
  }

  @Test
  void interruptedRunSaysHowToGoOnAndEndsAsIfNeverStopped() throws Exception {
    Child child = new Child("", longTraining(run));
    awaitHistory(child, run, 4);
    child.interrupt();

    Outcome outcome = child.outcome();
    assertThat(outcome.status()).isEqualTo(130);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.errors())
        .filteredOn(line -> !line.startsWith("freedom: train "))
        .containsExactly("interrupted; the same command with --resume goes on with " + run);
    assertThat(run.resolve("run.json")).doesNotExist();
    assertEndsAsIfNeverStopped();
  }

  /** A shop with so many items that each of ease's matrices takes a while to invert. */
  private static Path largeShop(Path parent, int items) throws IOException {
    List<String> lines = new ArrayList<>(List.of("userID\titemID\tx_label"));
    for (int item = 0; item < items; item++) {
      for (int k = 0; k < 3; k++) {
        int user = (item * (7 + 6 * k) + k) % 200;
        lines.add(user + "\t" + item + "\t" + (k == 0 && item % 9 == 0 ? 1 + item % 2 : 0));
      }
    }
    return Shops.write(parent, "large", lines.stream().distinct().toList());
  }

  @Test
  void interruptedInsideAFactorisationItEndsWithoutACrashAndGoesOn() throws Exception {
    Path large = largeShop(folder, 1000);
    Path whole = folder.resolve("whole");
    train("ease", large, whole);
    for (int again = 0; again < 2; again++) {
      int before = Math.max(1, history(run).size());
      Child child = new Child("", "train", "ease", large, "--out", run, "--threads", 1, "--resume");
      awaitHistory(child, run, before + 1);
      LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(50_000_000));
      child.interrupt();

      Outcome outcome = child.outcome();
      assertThat(outcome.status()).as(outcome.err()).isEqualTo(130);
      assertThat(outcome.errors())
          .filteredOn(line -> !line.startsWith("ease: "))
          .containsExactly("interrupted; the same command with --resume goes on with " + run);
      assertThat(run.resolve("run.json")).doesNotExist();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("hs_err"));
    }
    train("ease", large, run, "--resume");
    assertThat(run.resolve("metrics.json")).hasSameBinaryContentAs(whole.resolve("metrics.json"));
    assertThat(withoutSeconds(history(run))).isEqualTo(withoutSeconds(history(whole)));
  }

  @Test
  void fullDiskLeavesTheLastGoodCheckpoint() throws Exception {
    leaveUnfinished(run);
    Map<String, String> before = tree(run.resolve("checkpoint"));
    Path state = run.resolve("checkpoint/state.safetensors");
    String good = before.get("state.safetensors");
    long blocks = Files.size(state) / 1024 - 2; // of 512 or 1024 bytes, either is too few

    Outcome outcome = new Child("ulimit -f " + blocks / 2 + ";", longTraining(run)).outcome();

    outcome.failedWith("medley train: ", "checkpoint/", ".safetensors: ");
    assertThat(tree(run.resolve("checkpoint"))).containsEntry("state.safetensors", good);
    assertEndsAsIfNeverStopped();
  }

  @Test
  void checkpointThatIsNotCompleteStartsAfresh() throws Exception {
    leaveUnfinished(run);
    try (FileChannel state =
        FileChannel.open(run.resolve("checkpoint/state.safetensors"), StandardOpenOption.WRITE)) {
      state.truncate(state.size() / 2);
    }
    Outcome outcome = assertEndsAsIfNeverStopped();
    assertThat(outcome.err())
        .contains("the checkpoint is damaged, training starts afresh: ", "state.safetensors")
        .doesNotContain("goes on after");
  }

  /** Replaces {@code from} by {@code to}, of the same length, in the header of the checkpoint. */
  private void forge(String from, String to) throws IOException {
    Path state = run.resolve("checkpoint/state.safetensors");
    String content = Files.readString(state, StandardCharsets.ISO_8859_1);
    assertThat(content).contains(from);
    Files.writeString(state, content.replace(from, to), StandardCharsets.ISO_8859_1);
  }

  @Test
  void checkpointOfANewerVersionIsRefusedByNumberAndLeftAlone() throws Exception {
    leaveUnfinished(run);
    forge("\"format_version\":\"1\"", "\"format_version\":\"7\"");
    assertRefused(
        List.of(longTraining(run)),
        "state.safetensors, field format_version: expected at most 1, got 7; go on with the newer Medley");
  }

  @Test
  void checkpointWithoutAVersionOrWithAFieldThatIsNoNumberStartsAfreshAndSaysSo() throws Exception {
    leaveUnfinished(run);
    forge("\"format_version\"", "\"format_versjon\"");
    assertThat(assertEndsAsIfNeverStopped().err())
        .contains(
            "training starts afresh: ",
            "field format_version: expected a whole number of at least 0, got no such field");

    run = folder.resolve("no number");
    leaveUnfinished(run);
    forge("\"phase_done\":\"false\"", "\"phase_done\":\"maybe\"");
    assertThat(assertEndsAsIfNeverStopped().err())
        .contains(
            "training starts afresh: ", "field phase_done: expected true or false, got 'maybe'");
  }

  @Test
  void checkpointWithoutItsBestParametersOrItsFieldsStartsAfresh() throws Exception {
    leaveUnfinished(run);
    try (Stream<Path> files = Files.list(run.resolve("checkpoint"))) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith("best")).toList()) {
        Files.delete(file);
      }
    }
    assertEndsAsIfNeverStopped();

    run = folder.resolve("without fields");
    leaveUnfinished(run);
    Files.write(run.resolve("checkpoint/state.safetensors"), new byte[100]);
    assertEndsAsIfNeverStopped();

    run = folder.resolve("without state");
    leaveUnfinished(run);
    Files.delete(run.resolve("checkpoint/state.safetensors"));
    assertEndsAsIfNeverStopped();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void resumeStartsWhatIsAbsentAndLeavesWhatIsFinished() throws IOException {
    medley(shortTraining("--resume")).done();
    Map<String, String> before = tree(folder);

    Outcome again = medley(shortTraining("--resume")).done();

    assertThat(again.errors()).isEmpty();
    assertThat(again.out()).contains("recall@20");
    assertThat(tree(folder)).isEqualTo(before);
  }

  @Test
  void finishedRunIsLeftAloneAfterItsDatasetWasDeleted() throws IOException {
    String printed = medley(shortTraining()).done().out();
    for (Path file : List.of(shop.resolve("image_feat.npy"), shop.resolve("shop.inter"), shop)) {
      Files.delete(file);
    }
    Map<String, String> before = tree(folder);

    Outcome again = medley(shortTraining("--resume")).done();

    assertThat(again.errors()).isEmpty();
    assertThat(again.out()).isEqualTo(printed);
    assertThat(tree(folder)).isEqualTo(before);
    assertRefused(List.of(shortTraining("--resume", "--seed", 5)), "expected seed 1", "got 5");
    assertRefused(
        List.of(shortTraining("--resume", "--set", "dim=9")),
        "a run of another request is there already: expected dim 8");
    Files.delete(run.resolve("run.json"));
    assertRefused(
        List.of(shortTraining("--resume")),
        shop + ": expected a dataset folder, got no such folder");
  }

  @Test
  void finishedRunOfAnotherRequestIsRefused() throws IOException {
    medley(shortTraining()).done();
    assertOthersAreRefused();
    medley(withTwoThreads().toArray()).done(); // it is there, however many it took
    assertRefused(List.of(shortTraining()), "--out: expected a path where nothing is yet, got ");
  }

  @Test
  void unfinishedRunOfAnotherRequestIsRefused() throws Exception {
    medley(shortTraining()).done();
    Files.delete(run.resolve("run.json"));
    Files.delete(run.resolve("metrics.json"));
    assertOthersAreRefused();
    assertRefused(
        withTwoThreads(), "expected threads 1 as in " + run.resolve("request.json") + ", got 2");
    assertRefused(List.of(shortTraining()), "or go on with it by --resume");

    // a graph that another setting would need is not built either
    leaveAnother("freedom", folder.resolve("graph"), "neighbors=3");
    assertRefused(
        List.of(
            "train",
            "freedom",
            shop,
            "--out",
            folder.resolve("graph"),
            "--threads",
            1,
            "--resume",
            "--set",
            "epochs=1",
            "--set",
            "neighbors=4"),
        "a run of another request is there already: expected neighbors 3 as in ",
        "got 4");
  }

  private void leaveAnother(String model, Path out, String setting) throws IOException {
    train(model, shop, out, "--set", "epochs=1", "--set", setting);
    Files.delete(out.resolve("run.json"));
    Files.delete(out.resolve("metrics.json"));
  }

  private List<Object> withTwoThreads() {
    List<Object> threads = new ArrayList<>(List.of(shortTraining("--resume")));
    threads.set(threads.indexOf("--threads") + 1, 2);
    return threads;
  }

  private void assertOthersAreRefused() throws IOException {
    String as = " as in " + run.resolve("request.json");
    assertRefused(
        List.of(shortTraining("--resume", "--set", "dim=9")),
        "a run of another request is there already: expected dim 8"
            + as
            + ", got 9; ask for the same or choose another --out");
    assertRefused(
        List.of(shortTraining("--resume", "--seed", 5)), "expected seed 1" + as + ", got 5");
    List<Object> model = new ArrayList<>(List.of(shortTraining("--resume")));
    model.set(1, "bpr");
    assertRefused(model, "expected model lightgcn" + as + ", got bpr");
    String before = Files.readString(shop.resolve("shop.inter"));
    Files.writeString(shop.resolve("shop.inter"), before + "0\t23\t0\n");
    assertRefused(List.of(shortTraining("--resume")), "expected dataset_sha256 ");
    Files.writeString(shop.resolve("shop.inter"), before);
  }

  /** The long training with another bound of its epochs. */
  private Object[] longTraining(int epochs, Path out) {
    List<Object> all = new ArrayList<>(List.of(longTraining(out)));
    all.set(all.indexOf("epochs=" + EPOCHS), "epochs=" + epochs);
    return all.toArray();
  }

  @Test
  void withTheEpochsThatAreDoneItEndsAsIfThereHadBeenNoMore() throws Exception {
    leaveUnfinished(run);
    int done = Checkpoints.in(run.resolve("checkpoint")).epochs();
    assertThat(done).isBetween(2, EPOCHS - 1);
    assertRefused(
        List.of(longTraining(done - 1, run)),
        "epochs: expected at least the " + done + " that are done in " + run,
        "got " + (done - 1));

    medley(longTraining(done, run)).done();
    Path fresh = folder.resolve("fresh");
    medley(longTraining(done, fresh)).done();
    for (String file : List.of("metrics.json", "parameters.safetensors", "request.json")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(fresh.resolve(file));
    }
    assertThat(json(run.resolve("run.json")).path("epochs").asInt()).isEqualTo(done);
    assertThat(withoutSeconds(history(run))).isEqualTo(withoutSeconds(history(fresh)));
  }

  @Test
  void folderOfSomethingElseIsRefusedEvenWithResume() throws IOException {
    Files.createDirectory(run);
    Files.writeString(run.resolve("thesis.txt"), "chapter 1");
    for (Object[] arguments : List.of(shortTraining(), shortTraining("--resume"))) {
      assertRefused(
          List.of(arguments),
          "--out: expected a path where nothing is yet, got " + run + "; choose another");
    }
  }
}
