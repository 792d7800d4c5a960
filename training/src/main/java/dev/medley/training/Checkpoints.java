package dev.medley.training;

import dev.medley.engine.Adam;
import dev.medley.engine.Parameters;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where the loop keeps the best parameters of a phase, and what it needs to go on after being
 * stopped.
 */
public abstract class Checkpoints implements AutoCloseable {

  /** Keeps the best parameters in memory and nothing to go on from. */
  public static Checkpoints inMemory() {
    return new MemoryCheckpoints();
  }

  /** Keeps everything in files of {@code folder}, each replaced atomically. */
  public static Checkpoints in(java.nio.file.Path folder) {
    return new FolderCheckpoints(folder);
  }

  /** Whether there is something to go on from. */
  public abstract boolean exists();

  /**
   * Refuses to go on from what a newer Medley kept.
   *
   * @throws dev.medley.core.InvalidInputException naming both versions
   */
  public abstract void refuseNewer() throws IOException;

  /** Epochs done in the phase at hand; 0 where there is nothing to go on from. */
  public abstract int epochs() throws IOException;

  /** What to go on from; null where there is nothing, or nothing complete. */
  abstract @Nullable Progress progress() throws IOException;

  /** Puts parameters and optimiser where they were. */
  abstract void restore(Parameters parameters, @Nullable Adam adam) throws IOException;

  /** Keeps these parameters as the phase's best. */
  abstract void keepBest(Progress progress, Parameters parameters) throws IOException;

  /** Puts the parameters where they were at the phase's best. */
  abstract void restoreBest(Progress progress, Parameters parameters) throws IOException;

  /** Keeps all that is needed to go on. */
  abstract void save(Progress progress, Parameters parameters, @Nullable Adam adam)
      throws IOException;

  @Override
  public void close() {}
}
