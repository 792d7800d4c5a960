package dev.medley.engine;

/**
 * The nearest items of each item, nearest first, in rows of at most k.
 *
 * @param offsets I + 1 positions; an item without features has an empty row
 * @param items the neighbours of all items, row by row; an item is its own first neighbour unless
 *     others equal it and have a smaller index
 * @param similarities the cosine of each, descending within a row
 */
public record Neighbors(int[] offsets, int[] items, float[] similarities) {

  /** I. */
  public int rows() {
    return offsets.length - 1;
  }
}
