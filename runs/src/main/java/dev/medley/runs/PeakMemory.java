package dev.medley.runs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The peak resident memory of this process, as the operating system counts it. */
public final class PeakMemory {
  private static final Pattern LINE = Pattern.compile("^VmHWM:\\s+([0-9]+) kB$", Pattern.MULTILINE);

  private PeakMemory() {}

  /** VmHWM of Linux in MiB; empty on a system that does not tell. */
  public static OptionalDouble mebibytes() {
    return mebibytes(Path.of("/proc/self/status"));
  }

  static OptionalDouble mebibytes(Path status) {
    try {
      Matcher line = LINE.matcher(Files.readString(status));
      return line.find()
          ? OptionalDouble.of(Long.parseLong(line.group(1)) / 1024.0)
          : OptionalDouble.empty();
    } catch (IOException absent) {
      return OptionalDouble.empty();
    }
  }
}
