package dev.medley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Long training needs no more memory than short training; 5,000 steps, hence slow. */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "resident memory is read from /proc")
class MemoryTest {

  /** With the memory settings of {@code ./medley}, which are part of the promise. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OPENBLAS_NUM_THREADS", "1",
          "OMP_NUM_THREADS", "1",
          "OMP_WAIT_POLICY", "PASSIVE",
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_MAX_", "0",
          "MALLOC_TRIM_THRESHOLD_", "2000000000");

  /** Runs in the process of {@link #memoryStaysWhereItIsAfter500Steps}. */
  public static void main(String[] arguments) throws Exception {
    Memory.Readings readings = Memory.measure();
    System.out.printf(
        Locale.ROOT,
        "readings %f %f %f %d %d%n",
        readings.first(),
        readings.last(),
        readings.slope(),
        readings.before(),
        readings.after());
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  @Test
  void memoryStaysWhereItIsAfter500Steps() throws Exception {
    Path out = Files.createTempFile("medley", ".out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=50"));
    // Otherwise Java's young generation, touched for the first time over many thousand steps, would
    // show as growth of some 2 MiB per 1,000 steps until its first collection.
    command.add("-Xmn4m");
    command.add("-Dorg.bytedeco.javacpp.nopointergc=true");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(MemoryTest.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(ENVIRONMENT);
    Process process = builder.redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(30, TimeUnit.MINUTES)).as("ends in time").isTrue();
    String said = Files.readString(out);
    Files.delete(out);
    System.out.print(said);

    Matcher readings = Pattern.compile("readings (\\S+) (\\S+) (\\S+) (\\d+) (\\d+)").matcher(said);
    assertThat(readings.find()).as(said).isTrue();
    double first = Double.parseDouble(readings.group(1));
    double last = Double.parseDouble(readings.group(2));
    assertThat(last).as("MiB after 5,000 steps").isCloseTo(first, Offset.offset(0.1 * first));
    assertThat(last).as("MiB after 5,000 steps").isCloseTo(first, Offset.offset(64.0));
    assertThat(Double.parseDouble(readings.group(3))).as("MiB per 1,000 steps").isLessThan(1);
    assertThat(readings.group(5)).as("live handles").isEqualTo(readings.group(4));
  }
}
