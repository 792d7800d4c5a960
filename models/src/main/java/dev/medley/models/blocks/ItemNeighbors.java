package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import java.util.Arrays;

/**
 * Scores an item by the similarities of the user's training items to it: row u of R S, with S an I
 * × I matrix in compressed sparse rows. Plain Java: a user has few items and an item few
 * neighbours.
 */
public final class ItemNeighbors implements TrainedScorer {
  private final Interactions train;
  private final int[] offsets; // I + 1
  private final int[] neighbors;
  private final float[] similarities;

  /**
   * Scores with these arrays; takes them over.
   *
   * @param train R, U × I
   * @param offsets I + 1 positions of the rows of S
   * @param neighbors the columns of S's entries
   * @param similarities the values of S's entries
   */
  public ItemNeighbors(Interactions train, int[] offsets, int[] neighbors, float[] similarities) {
    if (offsets.length != train.items() + 1
        || neighbors.length != similarities.length
        || offsets[offsets.length - 1] != neighbors.length) {
      throw new IllegalArgumentException(
          "item neighbours: expected %d rows and as many similarities as neighbours, got %d rows, %d and %d"
              .formatted(train.items(), offsets.length - 1, neighbors.length, similarities.length));
    }
    this.train = train;
    this.offsets = offsets;
    this.neighbors = neighbors;
    this.similarities = similarities;
  }

  /** The same similarities for other histories; shared. */
  public ItemNeighbors over(Interactions histories) {
    return new ItemNeighbors(histories, offsets, neighbors, similarities);
  }

  @Override
  public int users() {
    return train.users();
  }

  @Override
  public int items() {
    return train.items();
  }

  /** I + 1 positions of the rows of S; shared. */
  public int[] offsets() {
    return offsets;
  }

  /** The columns of S's entries; shared. */
  public int[] neighbors() {
    return neighbors;
  }

  /** The values of S's entries; shared. */
  public float[] similarities() {
    return similarities;
  }

  @Override
  public void score(int[] users, float[] out) {
    Arrays.fill(out, 0, users.length * items(), 0);
    for (int b = 0; b < users.length; b++) {
      int row = b * items();
      for (int k = train.begin(users[b]); k < train.end(users[b]); k++) {
        int item = train.columns()[k];
        for (int n = offsets[item]; n < offsets[item + 1]; n++) {
          out[row + neighbors[n]] += similarities[n];
        }
      }
    }
  }
}
