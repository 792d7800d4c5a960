package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeakMemoryTest {
  @TempDir Path folder;

  @Test
  void peakIsTheHighWaterMarkInMebibytes() throws IOException {
    Path status = folder.resolve("status");
    Files.writeString(status, "VmPeak:\t 9999 kB\nVmHWM:\t  1536 kB\nVmRSS:\t 7 kB\n");
    assertThat(PeakMemory.mebibytes(status)).hasValue(1.5);
  }

  @Test
  void systemThatDoesNotTellGivesNothing() throws IOException {
    assertThat(PeakMemory.mebibytes(folder.resolve("absent"))).isEmpty();
    Path other = folder.resolve("status");
    Files.writeString(other, "Name:\tjava\n");
    assertThat(PeakMemory.mebibytes(other)).isEmpty();
  }

  @Test
  void peakOfThisProcessIsMoreThanAVirtualMachineNeedsToStart() {
    PeakMemory.mebibytes()
        .ifPresent(
            peak -> {
              assertThat(peak).isBetween(10.0, 1e6);
            });
  }
}
