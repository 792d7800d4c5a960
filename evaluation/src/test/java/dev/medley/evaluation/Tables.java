package dev.medley.evaluation;

import dev.medley.core.Interactions;
import java.util.Arrays;
import java.util.List;

/** Small inputs written out in tests. */
final class Tables {
  private Tables() {}

  /** The items of user 0, of user 1, …, in any order. */
  static Interactions interactions(int items, int[]... itemsOf) {
    int[] userOf = new int[Arrays.stream(itemsOf).mapToInt(row -> row.length).sum()];
    int[] itemOf = new int[userOf.length];
    int k = 0;
    for (int user = 0; user < itemsOf.length; user++) {
      for (int item : itemsOf[user]) {
        userOf[k] = user;
        itemOf[k++] = item;
      }
    }
    return Interactions.ofPairs(itemsOf.length, items, userOf, itemOf);
  }

  static int[] row(int... items) {
    return items;
  }

  static List<Integer> boxed(int[] items) {
    return Arrays.stream(items).boxed().toList();
  }
}
