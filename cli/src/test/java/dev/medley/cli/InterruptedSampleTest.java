package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A signal while a folder is being written. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
class InterruptedSampleTest extends CommandLineTest {
  @TempDir Path bin;

  /** A shell that takes its time, so that what is interrupted has time to fail. */
  private Path slowShell() throws IOException {
    Path shell = bin.resolve("sh");
    Files.writeString(shell, "#!/bin/sh\nsleep 2\nexec /bin/sh \"$@\"\n");
    Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rwx------"));
    return bin;
  }

  private boolean drawing() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.anyMatch(draft -> Files.exists(draft.resolve("images/p0003.png")));
    }
  }

  @Test
  void theWriterWhoseFilesAreDeletedReportsNoErrorAndLeavesNothing() throws Exception {
    Child child = new Child("PATH=" + slowShell() + ":$PATH;", "sample", folder.resolve("data"));
    while (!drawing()) {
      assertThat(child.isAlive()).isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    child.interrupt();

    Outcome outcome = child.outcome();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isEqualTo(130);
    assertThat(folder).isEmptyDirectory();
  }
}
