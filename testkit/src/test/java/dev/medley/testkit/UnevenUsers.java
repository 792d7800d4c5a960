package dev.medley.testkit;

import dev.medley.core.Interactions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Seven users of nine items, of whom user u has u, so that a row's scaling shows; and what training
 * draws for such rows from libtorch's generator, in float64.
 */
final class UnevenUsers {
  static final int USERS = 7;
  static final int ITEMS = 9;

  private UnevenUsers() {}

  static Interactions train() {
    int[] users = new int[USERS * (USERS - 1) / 2];
    int[] items = new int[users.length];
    int size = 0;
    for (int user = 0; user < USERS; user++) {
      for (int k = 0; k < user; k++) {
        users[size] = user;
        items[size++] = (2 * user + 4 * k) % ITEMS;
      }
    }
    return Interactions.ofPairs(USERS, ITEMS, users, items);
  }

  /** X, 1 where a user has an item. */
  static double[][] dense() {
    double[][] rows = new double[USERS][ITEMS];
    Interactions train = train();
    for (int user = 0; user < USERS; user++) {
      for (int item : train.itemsOf(user)) {
        rows[user][item] = 1;
      }
    }
    return rows;
  }

  /** The factors that dropout gives so many entries; ones, not drawn, where it drops none. */
  static double[] kept(int entries, double dropout) {
    Tensor ones = torch.ones(new long[] {entries}, type());
    return Doubles.toArray(dropout == 0 ? ones : torch.dropout(ones, dropout, true));
  }

  /** U(0, 1). */
  static double[][] uniform(int rows, int columns) {
    return rows(torch.rand_like(torch.empty(new long[] {rows, columns}, type(), null)), columns);
  }

  /** N(0, 1). */
  static double[][] normal(int rows, int columns) {
    return rows(torch.randn_like(torch.empty(new long[] {rows, columns}, type(), null)), columns);
  }

  private static TensorOptions type() {
    return new TensorOptions(torch.ScalarType.Double);
  }

  private static double[][] rows(Tensor tensor, int columns) {
    double[] all = Doubles.toArray(tensor);
    double[][] rows = new double[all.length / columns][columns];
    for (int k = 0; k < all.length; k++) {
      rows[k / columns][k % columns] = all[k];
    }
    return rows;
  }
}
