package dev.medley.evaluation;

/**
 * A scorer gave NaN or an infinity for an item that may be recommended; such a score has no rank.
 */
public final class NonFiniteScoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int item;
  private final float score;

  NonFiniteScoreException(int item, float score) {
    this("scores: expected finite numbers, got " + score + " for item number " + item, item, score);
  }

  NonFiniteScoreException(String message, int item, float score) {
    super(message);
    this.item = item;
    this.score = score;
  }

  /** The dense number of the item. */
  public int item() {
    return item;
  }

  /** NaN or an infinity. */
  public float score() {
    return score;
  }
}
