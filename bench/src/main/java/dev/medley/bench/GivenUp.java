package dev.medley.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The file beside a trial that says why it is not gone on with. */
record GivenUp(Path file) {
  private static final String LATE = "out of time after seconds: ";

  /** The trial's process failed. */
  void failed(int status, Path log) throws IOException {
    Files.writeString(file, "status %d, see %s%n".formatted(status, log.getFileName()));
  }

  /** The model's seconds ended the trial. */
  void late(double seconds) throws IOException {
    Files.writeString(file, String.format(Locale.ROOT, "%s%.3f%n", LATE, seconds));
  }

  boolean failed() throws IOException {
    return Files.exists(file) && !Files.readString(file).startsWith(LATE);
  }

  /** Whether it was ended by no fewer seconds than these. */
  boolean lateAfter(double seconds) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    String text = Files.readString(file).strip();
    return text.startsWith(LATE)
        && Double.parseDouble(text.substring(LATE.length())) >= seconds - 1e-3;
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
