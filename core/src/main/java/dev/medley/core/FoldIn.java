package dev.medley.core;

/** A trained model in the role of scoring a user it has never seen, given by a list of items. */
public interface FoldIn {

  /**
   * Scores all items for a user with this history.
   *
   * @param history dense item numbers in [0, I), each once
   * @param out at least I
   */
  void scoreHistory(int[] history, float[] out);
}
