package dev.medley.engine;

import java.util.Arrays;

/** Collects the k nearest of row after row of inner products. */
final class NearestRows {
  private final int items;
  private final int k;
  private final int[] offsets;
  private int[] neighbors;
  private float[] similarities;
  private int size;

  private final float[] best; // of the row at hand, descending
  private final int[] bestItems;

  NearestRows(int items, int k) {
    this.items = items;
    this.k = k;
    this.offsets = new int[items + 1];
    this.neighbors = new int[Math.multiplyExact(items, k)];
    this.similarities = new float[neighbors.length];
    this.best = new float[k];
    this.bestItems = new int[k];
  }

  /**
   * Adds the row of {@code item}; rows must come in order.
   *
   * @param products from {@code begin} on, the inner products with all items
   * @param inverse 1 / norm of each item's features, 0 where it has no direction
   */
  void add(int item, float[] products, int begin, float[] inverse) {
    int found = 0;
    if (inverse[item] > 0) {
      float least = Float.NEGATIVE_INFINITY;
      for (int other = 0; other < items; other++) {
        if (inverse[other] == 0) {
          continue;
        }
        float cosine = products[begin + other] * inverse[item] * inverse[other];
        if (found == k && cosine <= least) {
          continue;
        }
        int place = found < k ? found++ : k - 1;
        while (place > 0 && best[place - 1] < cosine) {
          best[place] = best[place - 1];
          bestItems[place] = bestItems[place - 1];
          place--;
        }
        best[place] = cosine;
        bestItems[place] = other;
        least = best[found - 1];
      }
    }
    System.arraycopy(bestItems, 0, neighbors, size, found);
    System.arraycopy(best, 0, similarities, size, found);
    size += found;
    offsets[item + 1] = size;
  }

  Neighbors toNeighbors() {
    neighbors = Arrays.copyOf(neighbors, size);
    similarities = Arrays.copyOf(similarities, size);
    return new Neighbors(offsets, neighbors, similarities);
  }
}
