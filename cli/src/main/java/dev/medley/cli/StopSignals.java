package dev.medley.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * SIGINT, SIGTERM and SIGHUP end the process the way the system does, at once, and not the way Java
 * does: an exit runs the destructors of libtorch and its BLAS while a thread may still compute in
 * them, and the process crashes (docs/decisions/0009-stop-signals.md). Only {@code sun.misc.Signal}
 * of jdk.unsupported can restore a signal's default action.
 */
public final class StopSignals {
  private static final List<String> NAMES = List.of("HUP", "INT", "TERM");

  /** What a signal that ends the process has 128 added to in the status that a shell shows. */
  private static final int BY_SIGNAL = 128;

  private static final AtomicReference<@Nullable String> LAST_WORDS = new AtomicReference<>();

  private StopSignals() {}

  /**
   * From now on these signals end the process at once. One that the process was started to ignore,
   * as by {@code nohup}, stays ignored.
   */
  public static void endAtOnce() {
    for (String name : NAMES) {
      handle(name, StopSignals::end);
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

  /** Takes its words back by {@link #close}. */
  interface LastWords extends AutoCloseable {
    @Override
    void close();
  }

  private static void end(Signal signal) {
    for (String name : NAMES) {
      handle(name, SignalHandler.SIG_DFL);
    }
    speak();
    Signal.raise(signal);
    // Not reached, but where the system spares the process, as the first one of a container.
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    Runtime.getRuntime().halt(BY_SIGNAL + signal.getNumber());
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

  private static void handle(String name, SignalHandler handler) {
    try {
      Signal.handle(new Signal(name), handler);
    } catch (IllegalArgumentException unknownOrTaken) {
      return; // Windows has no HUP, and under -Xrs Java leaves all of them to the system
    }
  }
}
