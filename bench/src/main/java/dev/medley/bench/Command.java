package dev.medley.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Medley's command line in a process of its own, with this one's memory settings. */
final class Command {
  private static final long GRACE_SECONDS = 60;

  /**
   * How it ended.
   *
   * @param status its exit status, above 128 where a signal ended it
   * @param late whether it was stopped because it took longer than it may
   */
  record Outcome(int status, boolean late) {}

  private Command() {}

  /**
   * Runs a command to its end.
   *
   * @param line after {@code medley}
   * @param log where its output goes
   * @param seconds after which it is stopped
   */
  static Outcome run(List<String> line, Path log, double seconds)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(dev.medley.cli.Main.class.getName());
    command.addAll(line);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean late = false;
    if (seconds == Double.POSITIVE_INFINITY) {
      process.waitFor();
    } else if (!process.waitFor((long) (1000 * Math.max(0, seconds)), TimeUnit.MILLISECONDS)) {
      late = true;
      process.destroy();
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    return new Outcome(process.exitValue(), late);
  }
}
