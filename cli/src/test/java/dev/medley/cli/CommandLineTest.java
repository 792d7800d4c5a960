package dev.medley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.medley.formats.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands as a script would run them, with everything they may create below one folder: in this
 * process, or in one of their own where a signal is sent to it.
 */
abstract class CommandLineTest {
  private static final String CACHE = "medley.cache";

  @TempDir Path folder;

  /** What a command left. */
  record Outcome(int status, String out, String err) {

    List<String> errors() {
      return err.lines().toList();
    }

    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }

    Outcome done() {
      assertThat(status).as(err).isZero();
      return this;
    }

    /** Exit status 1, the last of the lines on standard error this one, and no stack trace. */
    Outcome failedWith(String... parts) {
      assertThat(status).as(err).isEqualTo(Main.FAILED);
      assertThat(out).isEmpty();
      assertThat(errors().get(errors().size() - 1)).contains(parts);
      assertThat(err).doesNotContain("\tat ");
      return this;
    }
  }

  @BeforeEach
  final void keepCacheApart() throws IOException {
    folder = folder.toRealPath();
    System.setProperty(CACHE, folder.resolve("cache").toString());
  }

  @AfterEach
  final void forgetCache() {
    System.clearProperty(CACHE);
  }

  /** A run on one user with item 0 for training and item 1 for test, of two items. */
  static void mustRecommendTheOtherItem(Path run) throws IOException {
    assertThat(json(run.resolve("metrics.json")).path("test").path("recall@20").asDouble())
        .isEqualTo(1);
    JsonNode items = medley("recommend", run, "--user", 0, "--json").done().json().path("items");
    assertThat(items.size()).isEqualTo(1);
    assertThat(items.path(0).path("item").asText()).isEqualTo("1");
  }

  /** Runs a command in this process. */
  static Outcome medley(Object... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream newOut = new ByteArrayOutputStream();
    ByteArrayOutputStream newErr = new ByteArrayOutputStream();
    int status;
    try (PrintStream capturedOut = new PrintStream(newOut, true, UTF_8);
        PrintStream capturedErr = new PrintStream(newErr, true, UTF_8)) {
      System.setOut(capturedOut);
      System.setErr(capturedErr);
      status = Main.run(texts(arguments));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new Outcome(status, newOut.toString(UTF_8), newErr.toString(UTF_8));
  }

  /** Trains with one thread in this process, and must succeed. */
  static Outcome train(String model, Path dataset, Path out, Object... more) {
    List<Object> all = new ArrayList<>();
    all.addAll(List.of("train", model, dataset, "--out", out, "--threads", 1));
    all.addAll(List.of(more));
    return medley(all.toArray()).done();
  }

  private static String[] texts(Object... arguments) {
    return Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
  }

  /** A command in a process of its own, in {@code folder}. */
  final class Child {
    private final Process process;
    private final Path out;
    private final Path err;

    /**
     * Starts it.
     *
     * @param prefix shell commands that come before it, as {@code ulimit -f 8;}
     */
    Child(String prefix, Object... arguments) throws IOException {
      out = Files.createTempFile("medley", ".out");
      err = Files.createTempFile("medley", ".err");
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      List<String> command = new ArrayList<>();
      // a job in the background of a script would pass on that it ignores SIGINT
      command.addAll(List.of("sh", "-c", prefix + " exec env --default-signal=INT \"$@\"", "sh"));
      command.addAll(List.of(java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      command.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path")));
      command.add(Main.class.getName());
      command.addAll(List.of(texts(arguments)));
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().put("MEDLEY_CACHE", folder.resolve("cache").toString());
      builder.environment().put("OMP_NUM_THREADS", "1");
      process =
          builder
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(new File("/dev/null"))
              .start();
    }

    boolean isAlive() {
      return process.isAlive();
    }

    void kill() {
      process.destroyForcibly();
    }

    void interrupt() throws IOException, InterruptedException {
      new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor();
    }

    Outcome outcome() throws IOException, InterruptedException {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends in time").isTrue();
      Outcome outcome =
          new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
      Files.delete(out);
      Files.delete(err);
      return outcome;
    }
  }

  /** Exit status 2, one line on standard error with these parts, nothing else, nothing created. */
  final void assertRefused(List<?> arguments, String... parts) throws IOException {
    Map<String, String> before = tree(folder);
    Outcome outcome = medley(arguments.toArray());
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(Main.REFUSED);
    assertThat(outcome.errors()).hasSize(1);
    assertThat(outcome.err()).contains(parts);
    assertThat(outcome.out()).isEmpty();
    assertThat(tree(folder)).isEqualTo(before);
    assertThat(Path.of("runs")).doesNotExist();
    assertThat(Path.of("quickstart")).doesNotExist();
  }

  /** Everything below a folder: the hash of each file, and every folder. */
  static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        tree.put(
            root.relativize(path).toString(),
            Files.isRegularFile(path) ? Sha256.ofFile(path) : "not a file");
      }
    }
    return tree;
  }

  static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  static String metrics(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.json"));
  }

  /** The lines of a run's history. */
  static List<String> history(Path run) throws IOException {
    Path file = run.resolve("history.csv");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** The same without their last column, which is a time. */
  static List<String> withoutSeconds(List<String> history) {
    return history.stream().map(line -> line.substring(0, line.lastIndexOf(','))).toList();
  }
}
