package dev.medley.cli;

import dev.medley.data.FolderDraft;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * SIGINT, SIGTERM and SIGHUP end the process the way the system does, at once, and not the way Java
 * does: an exit runs the destructors of libtorch and its BLAS while a thread may still compute in
 * them, and the process crashes. See docs/decisions/0009-stop-signals.md.
 */
public final class StopSignals {
  private static final List<String> NAMES = List.of("HUP", "INT", "TERM");

  /** Where the system spares the process. */
  private static final int SPARED = 130;

  private static final AtomicBoolean STOPPING = new AtomicBoolean();

  private static final AtomicReference<@Nullable String> LAST_WORDS = new AtomicReference<>();

  private StopSignals() {}

  /**
   * From now on these signals end the process at once. One that the process was started to ignore,
   * as by {@code nohup}, stays ignored.
   */
  public static void endAtOnce() {
    for (String name : NAMES) {
      Signals.register(name, () -> end(name));
    }
  }

  /**
   * Until it is closed, a signal that ends the process has it say {@code words} first, a line on
   * standard error.
   */
  static LastWords say(String words) {
    LAST_WORDS.set(words);
    return () -> LAST_WORDS.set(null);
  }

  /**
   * Returns at once, unless a signal is ending the process: then never. What fails because its
   * files are being deleted says nothing, and does not end the process in its own way before.
   */
  static void awaitEnd() {
    while (STOPPING.get()) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }
  }

  /** Takes its words back by {@link #close}. */
  interface LastWords extends AutoCloseable {
    @Override
    void close();
  }

  private static void end(String signal) {
    STOPPING.set(true); // before anything is deleted that others still write to
    NAMES.forEach(Signals::registerDefault);
    abandon();
    speak();
    raise(signal);
    Runtime.getRuntime().halt(SPARED);
  }

  private static void abandon() {
    FolderDraft.abandonAll();
    AtomicFile.abandonAll();
  }

  /** By way of a shell, for Java raises only those signals that it handles. */
  private static void raise(String signal) {
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", "kill -" + signal + " " + ProcessHandle.current().pid())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      long outlived = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (System.nanoTime() < outlived && !shell.waitFor(5, TimeUnit.MILLISECONDS)) {
        abandon(); // what others have begun to write meanwhile
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    } catch (IOException | InterruptedException noShell) {
      return;
    }
  }

  /** In a thread of its own, for standard error may be a pipe that nobody empties. */
  private static void speak() {
    String words = LAST_WORDS.get();
    if (words == null) {
      return;
    }
    Thread speaker =
        new Thread(
            () -> {
              System.err.println(words);
              System.err.flush();
            });
    speaker.setDaemon(true);
    speaker.start();
    try {
      speaker.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt(); // ends the process all the same
    }
  }
}
