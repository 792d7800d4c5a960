package dev.medley.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory this process could still take, as the operating system tells it. */
public final class AvailableMemory {
  private static final Pattern LINE =
      Pattern.compile("^MemAvailable:\\s+([0-9]+) kB$", Pattern.MULTILINE);
  private static final long KIBI = 1024;

  private AvailableMemory() {}

  /**
   * MemAvailable of Linux in bytes, at most what a container allows in all; empty on a system that
   * does not tell.
   */
  public static OptionalLong bytes() {
    OptionalLong free = bytes(Path.of("/proc/meminfo"));
    return free.isPresent()
            && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean host
        ? OptionalLong.of(Math.min(free.getAsLong(), host.getTotalMemorySize()))
        : free;
  }

  static OptionalLong bytes(Path meminfo) {
    try {
      Matcher line = LINE.matcher(Files.readString(meminfo));
      return line.find()
          ? OptionalLong.of(Long.parseLong(line.group(1)) * KIBI)
          : OptionalLong.empty();
    } catch (IOException absent) {
      return OptionalLong.empty();
    }
  }
}
