package dev.medley.core;

import java.util.Arrays;

/**
 * Which user has which item: a binary U × I matrix in compressed sparse rows. Each pair stands once
 * and each user's items ascend, so equal sets of pairs give equal objects whatever order they were
 * read in. Immutable; accessors that return arrays share them, and callers must not write to them.
 */
public final class Interactions {
  private final int items;
  private final int[] offsets; // U + 1
  private final int[] columns; // one per interaction

  private Interactions(int items, int[] offsets, int[] columns) {
    this.items = items;
    this.offsets = offsets;
    this.columns = columns;
  }

  /**
   * Pairs given as two parallel arrays; a pair that repeats is kept once.
   *
   * @param users U
   * @param items I
   * @param userOf the user of each pair, in [0, U)
   * @param itemOf the item of each pair, in [0, I)
   * @throws IllegalArgumentException if the arrays differ in length or a number is out of range
   */
  public static Interactions ofPairs(int users, int items, int[] userOf, int[] itemOf) {
    if (userOf.length != itemOf.length) {
      throw new IllegalArgumentException(
          "pairs: expected as many users as items, got " + userOf.length + " and " + itemOf.length);
    }
    int[] offsets = new int[users + 1];
    for (int k = 0; k < userOf.length; k++) {
      if (userOf[k] < 0 || userOf[k] >= users || itemOf[k] < 0 || itemOf[k] >= items) {
        throw new IllegalArgumentException(
            "pair %d: expected user in [0, %d) and item in [0, %d), got (%d, %d)"
                .formatted(k, users, items, userOf[k], itemOf[k]));
      }
      offsets[userOf[k] + 1]++;
    }
    for (int user = 0; user < users; user++) {
      offsets[user + 1] += offsets[user];
    }
    int[] columns = new int[userOf.length];
    int[] next = Arrays.copyOf(offsets, users);
    for (int k = 0; k < userOf.length; k++) {
      columns[next[userOf[k]]++] = itemOf[k];
    }
    int kept = 0;
    for (int user = 0; user < users; user++) {
      int from = offsets[user];
      int to = offsets[user + 1];
      Arrays.sort(columns, from, to);
      offsets[user] = kept;
      for (int k = from; k < to; k++) {
        if (k == from || columns[k] != columns[k - 1]) {
          columns[kept++] = columns[k];
        }
      }
    }
    offsets[users] = kept;
    return new Interactions(
        items, offsets, kept == columns.length ? columns : Arrays.copyOf(columns, kept));
  }

  /**
   * A matrix that is already in compressed sparse rows.
   *
   * @param items I
   * @param offsets U + 1 positions, ascending from 0
   * @param columns the items, strictly ascending within each row; taken over, not copied
   * @throws IllegalArgumentException if the arrays do not describe such a matrix
   */
  public static Interactions ofRows(int items, int[] offsets, int[] columns) {
    if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != columns.length) {
      throw new IllegalArgumentException(
          "row offsets: expected 0 … " + columns.length + ", got another first or last value");
    }
    for (int user = 0; user + 1 < offsets.length; user++) {
      if (offsets[user] > offsets[user + 1] || offsets[user + 1] > columns.length) {
        throw new IllegalArgumentException("row offsets: expected ascending at user " + user);
      }
      for (int k = offsets[user]; k < offsets[user + 1]; k++) {
        boolean ascends = k == offsets[user] || columns[k] > columns[k - 1];
        if (columns[k] < 0 || columns[k] >= items || !ascends) {
          throw new IllegalArgumentException(
              "items of user " + user + ": expected ascending numbers in [0, " + items + ")");
        }
      }
    }
    return new Interactions(items, offsets, columns);
  }

  /** No interaction at all. */
  public static Interactions empty(int users, int items) {
    return new Interactions(items, new int[users + 1], new int[0]);
  }

  /**
   * The same without one interaction.
   *
   * @throws IllegalArgumentException if it is not there
   */
  public Interactions without(int user, int item) {
    int at = Arrays.binarySearch(columns, begin(user), end(user), item);
    if (at < 0) {
      throw new IllegalArgumentException(
          "interaction to leave out: expected one of user " + user + ", got item " + item);
    }
    int[] others = new int[columns.length - 1];
    System.arraycopy(columns, 0, others, 0, at);
    System.arraycopy(columns, at + 1, others, at, others.length - at);
    int[] moved = offsets.clone();
    for (int k = user + 1; k < moved.length; k++) {
      moved[k]--;
    }
    return new Interactions(items, moved, others);
  }

  /** U. */
  public int users() {
    return offsets.length - 1;
  }

  /** I. */
  public int items() {
    return items;
  }

  /** How many pairs there are. */
  public int size() {
    return columns.length;
  }

  /** The position of the first item of {@code user} in {@link #columns()}. */
  public int begin(int user) {
    return offsets[user];
  }

  /** One past the position of the last item of {@code user} in {@link #columns()}. */
  public int end(int user) {
    return offsets[user + 1];
  }

  /** How many items {@code user} has. */
  public int count(int user) {
    return offsets[user + 1] - offsets[user];
  }

  /** A copy of the items of {@code user}, ascending. */
  public int[] itemsOf(int user) {
    return Arrays.copyOfRange(columns, offsets[user], offsets[user + 1]);
  }

  /** Whether the pair is there; logarithmic in the user's count. */
  public boolean contains(int user, int item) {
    return Arrays.binarySearch(columns, offsets[user], offsets[user + 1], item) >= 0;
  }

  /** U + 1 row positions; shared. */
  public int[] offsets() {
    return offsets;
  }

  /** The items of all users, user by user; shared. */
  public int[] columns() {
    return columns;
  }

  /** The user of each position in {@link #columns()}; a new array. */
  public int[] userOfEach() {
    int[] rows = new int[columns.length];
    for (int user = 0; user < users(); user++) {
      Arrays.fill(rows, offsets[user], offsets[user + 1], user);
    }
    return rows;
  }

  /** How many users each item has; a new array of I. */
  public int[] itemCounts() {
    int[] counts = new int[items];
    for (int item : columns) {
      counts[item]++;
    }
    return counts;
  }

  /** The I × U matrix: which item has which user. */
  public Interactions transposed() {
    int[] starts = new int[items + 1];
    for (int item : columns) {
      starts[item + 1]++;
    }
    for (int item = 0; item < items; item++) {
      starts[item + 1] += starts[item];
    }
    int[] next = Arrays.copyOf(starts, items);
    int[] usersOfItem = new int[columns.length];
    for (int user = 0; user < users(); user++) {
      for (int k = offsets[user]; k < offsets[user + 1]; k++) {
        usersOfItem[next[columns[k]]++] = user;
      }
    }
    return new Interactions(users(), starts, usersOfItem);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Interactions that
        && items == that.items
        && Arrays.equals(offsets, that.offsets)
        && Arrays.equals(columns, that.columns);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * items + Arrays.hashCode(offsets)) + Arrays.hashCode(columns);
  }

  @Override
  public String toString() {
    return "Interactions[" + users() + " × " + items + ", " + size() + "]";
  }
}
