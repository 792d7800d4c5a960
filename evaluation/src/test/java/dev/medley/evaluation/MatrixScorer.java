package dev.medley.evaluation;

import dev.medley.core.Scorer;

/** Scores that are given, U × I. */
final class MatrixScorer implements Scorer {
  private final int items;
  private final float[][] rows;

  MatrixScorer(int items, float[]... rows) {
    this.items = items;
    this.rows = rows;
  }

  @Override
  public int users() {
    return rows.length;
  }

  @Override
  public int items() {
    return items;
  }

  @Override
  public void score(int[] users, float[] out) {
    for (int b = 0; b < users.length; b++) {
      System.arraycopy(rows[users[b]], 0, out, b * items, items);
    }
  }
}
