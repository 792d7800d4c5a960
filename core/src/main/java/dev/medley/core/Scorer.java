package dev.medley.core;

/**
 * A trained model in the role that evaluation and serving use: it gives every user a score for
 * every item; higher is better. Close it when done: it may hold native memory.
 */
public interface Scorer extends AutoCloseable {

  /** U. */
  int users();

  /** I. */
  int items();

  /**
   * Scores all items for some users.
   *
   * @param users B dense numbers in [0, U)
   * @param out at least B × I; row b receives the scores of {@code users[b]}
   */
  void score(int[] users, float[] out);

  /** Frees what the scorer holds. */
  @Override
  default void close() {}
}
