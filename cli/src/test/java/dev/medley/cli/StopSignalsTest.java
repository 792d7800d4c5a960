package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.data.FolderDraft;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A signal ends a process at once: no exit is run, which native code could crash in. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
class StopSignalsTest {
  @TempDir Path folder;
  @TempDir Path bin;

  /** Says when it is ready, and whether an exit is run. */
  public static void main(String[] arguments) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("exit")));
    StopSignals.endAtOnce();
    try (StopSignals.LastWords words = StopSignals.say("no longer")) {
      System.out.println("ready");
    }
    try (StopSignals.LastWords words = StopSignals.say("last words");
        FolderDraft draft = FolderDraft.open(Path.of(arguments[0]))) {
      Files.writeString(draft.path().resolve("half"), "written");
      System.out.println("computes");
      while (Files.exists(draft.path())) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      try {
        Files.createDirectories(draft.path().resolve("begun meanwhile"));
      } catch (IOException beaten) {
        // deleted while it was being made
      }
      LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(1));
    }
  }

  /** A shell that takes its time to send the signal, in which the process goes on. */
  private Path slowShell() throws IOException {
    Path shell = bin.resolve("sh");
    Files.writeString(shell, "#!/bin/sh\nsleep 0.5\nexec /bin/sh \"$@\"\n");
    Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rwx------"));
    return bin;
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            "sh",
            "-c",
            "PATH=" + slowShell() + ":$PATH; exec env --default-signal=INT,TERM,HUP \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            StopSignalsTest.class.getName(),
            folder.resolve("above/dataset").toString())
        .redirectErrorStream(true)
        .start();
  }

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void signalEndsTheProcessWithoutAnExitAfterItsLastWords(String signal, int status)
      throws Exception {
    Process process = start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(List.of(out.readLine(), out.readLine())).containsExactly("ready", "computes");

      new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start().waitFor();

      assertThat(out.lines()).containsExactly("last words");
      assertThat(process.waitFor()).isEqualTo(status);
      assertThat(folder).isEmptyDirectory();
    } finally {
      process.destroyForcibly();
    }
  }
}
