package dev.medley.prepare;

/** Hears how far the work is. */
@FunctionalInterface
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (what, count) -> {};

  /**
   * Some more was done.
   *
   * @param what is counted, as {@code interactions read}
   * @param count so far; 0 where a step begins that counts nothing
   */
  void report(String what, long count);
}
