package dev.medley.bench;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.Arrays;
import java.util.BitSet;

/** Data of a given size with no meaning: who has what is random, few items are popular. */
final class Generated {
  /** Amazon Baby: users, items, training interactions. */
  static final int BABY_USERS = 19_445;

  static final int BABY_ITEMS = 7_050;
  static final int BABY_INTERACTIONS = 118_551;

  private Generated() {}

  /** Exactly {@code count} pairs; every user has at least one. */
  static Interactions interactions(int users, int items, int count, Seed seed) {
    RandomStream random = seed.child("interactions").stream();
    int[] userOf = new int[count];
    int[] itemOf = new int[count];
    BitSet[] has = new BitSet[users];
    for (int k = 0; k < count; k++) {
      int user = k < users ? k : random.nextInt(users);
      if (has[user] == null) {
        has[user] = new BitSet();
      }
      int item = popular(items, random);
      while (has[user].get(item)) {
        item = popular(items, random);
      }
      has[user].set(item);
      userOf[k] = user;
      itemOf[k] = item;
    }
    return Interactions.ofPairs(users, items, userOf, itemOf);
  }

  /** Density falls as the square root of the rank rises: a mild long tail. */
  private static int popular(int items, RandomStream random) {
    double x = random.nextDouble();
    return Math.min(items - 1, (int) (items * x * x));
  }

  /** The training interactions of Baby's size. */
  static Interactions baby() {
    return interactions(BABY_USERS, BABY_ITEMS, BABY_INTERACTIONS, new Seed(1));
  }

  /** Features computed as they are read: no memory of their own. */
  record Features(String modality, int rows, int dimension) implements FeatureMatrix {
    @Override
    public boolean isPresent(int row) {
      return true;
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {
      RandomStream random = new Seed(row).child(modality).stream();
      for (int k = 0; k < dimension; k += 2) {
        long bits = random.nextLong();
        out[offset + k] = ((int) bits) * 0x1.0p-31f;
        if (k + 1 < dimension) {
          out[offset + k + 1] = ((int) (bits >>> 32)) * 0x1.0p-31f;
        }
      }
    }
  }

  /** One held-out item for each user, none of its training items. */
  static Interactions heldOut(Interactions train, Seed seed) {
    RandomStream random = seed.child("held-out").stream();
    int[] users = new int[train.users()];
    int[] items = new int[train.users()];
    Arrays.setAll(users, user -> user);
    for (int user = 0; user < users.length; user++) {
      int item = random.nextInt(train.items());
      while (train.contains(user, item)) {
        item = random.nextInt(train.items());
      }
      items[user] = item;
    }
    return Interactions.ofPairs(train.users(), train.items(), users, items);
  }
}
