package dev.medley.features;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
   * Does all of the work and returns when it is done.
   *
   * @throws RuntimeException what the first piece that failed has thrown
   */
  void all(List<Runnable> work) {
    List<Future<?>> running = new ArrayList<>();
    work.forEach(piece -> running.add(threads.submit(piece)));
    try {
      for (Future<?> piece : running) {
        piece.get();
      }
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException own) {
        throw own;
      }
      if (failed.getCause() instanceof Error own) {
        throw own;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while encoding", stopped);
    } finally {
      running.forEach(piece -> piece.cancel(true));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
