package dev.medley.features;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A fixed number of threads that share out independent pieces of work. */
final class Workers implements AutoCloseable {
  private final ExecutorService threads;

  /**
   * Starts them.
   *
   * @param count at least 1
   */
  Workers(int count) {
    threads =
        Executors.newFixedThreadPool(
            count,
            work -> {
              Thread thread = new Thread(work, "medley-features");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Does all of the work and returns when it is done. After a failure no further piece starts; it
   * returns when none runs any more, so that what the pieces used may be closed.
   *
   * @throws RuntimeException what the first piece that failed has thrown
   * @throws IllegalStateException if the calling thread was interrupted
   */
  void all(List<Runnable> work) {
    CountDownLatch left = new CountDownLatch(work.size());
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (Runnable piece : work) {
      threads.execute(
          () -> {
            try {
              if (failure.get() == null) {
                piece.run();
              }
            } catch (RuntimeException | Error failed) {
              failure.compareAndSet(null, failed);
            } finally {
              left.countDown();
            }
          });
    }
    await(left, failure);
    Throwable first = failure.get();
    if (first instanceof RuntimeException own) {
      throw own;
    }
    if (first instanceof Error own) {
      throw own;
    }
  }

  /** Waits also where the thread is interrupted; then that is the failure. */
  private static void await(CountDownLatch left, AtomicReference<@Nullable Throwable> failure) {
    boolean interrupted = false;
    while (true) {
      try {
        left.await();
        break;
      } catch (InterruptedException stopped) {
        interrupted = true;
        failure.compareAndSet(null, new IllegalStateException("interrupted while encoding"));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
