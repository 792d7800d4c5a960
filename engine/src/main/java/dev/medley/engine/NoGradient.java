package dev.medley.engine;

import java.util.function.Supplier;
import org.bytedeco.pytorch.GradMode;

/** Runs code of which libtorch keeps no tape. */
public final class NoGradient {

  private NoGradient() {}

  /** What {@code work} gives, computed without a tape; the thread's mode is restored afterwards. */
  public static <T> T of(Supplier<T> work) {
    boolean before = GradMode.is_enabled();
    GradMode.set_enabled(false);
    try {
      return work.get();
    } finally {
      GradMode.set_enabled(before);
    }
  }

  /** Runs {@code work} without a tape; the thread's mode is restored afterwards. */
  public static void run(Runnable work) {
    of(
        () -> {
          work.run();
          return true;
        });
  }
}
