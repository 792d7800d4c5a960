package dev.medley.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Threads that work on a range of rows, each on a contiguous stripe of it. With one thread the
 * caller works itself. Close it to let the threads go.
 */
final class Stripes implements AutoCloseable {
  /** What one thread does with its stripe. */
  @FunctionalInterface
  interface Work {
    /** Rows {@code from … to} are {@code thread}'s, a number in [0, threads). */
    void on(int thread, int from, int to);
  }

  private final int threads;
  private final @Nullable ExecutorService pool;

  Stripes(int threads) {
    this.threads = threads;
    this.pool = threads == 1 ? null : Executors.newFixedThreadPool(threads, Stripes::daemon);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "medley-evaluation");
    thread.setDaemon(true);
    return thread;
  }

  /** Returns when all are done; of several exceptions, that of the first stripe is thrown. */
  void over(int from, int to, Work work) {
    if (pool == null) {
      work.on(0, from, to);
      return;
    }
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      int first = from + (int) ((long) (to - from) * t / threads);
      int last = from + (int) ((long) (to - from) * (t + 1) / threads);
      running.add(CompletableFuture.runAsync(() -> work.on(thread, first, last), pool));
    }
    RuntimeException failure = null;
    for (CompletableFuture<Void> stripe : running) {
      try {
        stripe.join();
      } catch (CompletionException e) {
        if (failure == null) {
          failure = e.getCause() instanceof RuntimeException cause ? cause : e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }
}
