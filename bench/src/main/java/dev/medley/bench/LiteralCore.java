package dev.medley.bench;

import java.util.Arrays;

/** The k-core by its definition, over arrays in memory. */
final class LiteralCore {

  private LiteralCore() {}

  /** Gives pairs of a user and an item. */
  interface Pairs {
    /** Goes to the next one. */
    void next();

    /** Its user. */
    int user();

    /** Its item. */
    int item();
  }

  /** How many distinct pairs are left when every user and item has at least k. */
  static long count(int size, int users, int items, int k, Pairs pairs) {
    long[] keys = new long[size];
    for (int n = 0; n < size; n++) {
      pairs.next();
      keys[n] = (long) pairs.user() << 32 | pairs.item();
    }
    Arrays.sort(keys);
    int left = 0;
    for (int n = 0; n < size; n++) {
      if (n == 0 || keys[n] != keys[n - 1]) {
        keys[left++] = keys[n];
      }
    }
    while (true) {
      int[] ofUser = new int[users];
      int[] ofItem = new int[items];
      for (int n = 0; n < left; n++) {
        ofUser[(int) (keys[n] >>> 32)]++;
        ofItem[(int) keys[n]]++;
      }
      int kept = 0;
      for (int n = 0; n < left; n++) {
        if (ofUser[(int) (keys[n] >>> 32)] >= k && ofItem[(int) keys[n]] >= k) {
          keys[kept++] = keys[n];
        }
      }
      if (kept == left) {
        return left;
      }
      left = kept;
    }
  }
}
