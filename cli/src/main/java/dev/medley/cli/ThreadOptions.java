package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import picocli.CommandLine.Option;

/** How many threads a command may use. */
final class ThreadOptions {
  @Option(names = "--threads", paramLabel = "N", description = "Threads (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  int count() {
    if (threads < 1) {
      throw new InvalidInputException("--threads: expected at least 1, got " + threads);
    }
    return threads;
  }
}
