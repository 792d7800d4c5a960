package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import java.util.Arrays;

/** Collects the k most similar items of row after row; ties go to the item offered first. */
public final class TopNeighbors {
  private final int k;
  private final int[] offsets;
  private int[] items;
  private float[] similarities;
  private int rows;
  private int size;

  private final double[] best; // of the row at hand, descending
  private final int[] bestItems;
  private int found;

  /**
   * No row yet.
   *
   * @param rows how many there will be
   * @param k kept of each, at least 1
   */
  public TopNeighbors(int rows, int k) {
    this.k = k;
    this.offsets = new int[rows + 1];
    this.items = new int[rows];
    this.similarities = new float[rows];
    this.best = new double[k];
    this.bestItems = new int[k];
  }

  /** Offers an item for the row at hand; items should come in ascending order. */
  public void offer(int item, double similarity) {
    if (found == k && similarity <= best[k - 1]) {
      return;
    }
    int place = found < k ? found++ : k - 1;
    while (place > 0 && best[place - 1] < similarity) {
      best[place] = best[place - 1];
      bestItems[place] = bestItems[place - 1];
      place--;
    }
    best[place] = similarity;
    bestItems[place] = item;
  }

  /** Ends the row at hand. */
  public void endRow() {
    if (size + found > items.length) {
      int capacity = Math.max(size + found, (int) Math.min(Integer.MAX_VALUE - 8, 2L * size));
      items = Arrays.copyOf(items, capacity);
      similarities = Arrays.copyOf(similarities, capacity);
    }
    System.arraycopy(bestItems, 0, items, size, found);
    for (int n = 0; n < found; n++) {
      similarities[size + n] = (float) best[n];
    }
    size += found;
    offsets[++rows] = size;
    found = 0;
  }

  /** A scorer of the rows so far. */
  public ItemNeighbors toScorer(Interactions train) {
    return new ItemNeighbors(
        train, offsets, Arrays.copyOf(items, size), Arrays.copyOf(similarities, size));
  }
}
