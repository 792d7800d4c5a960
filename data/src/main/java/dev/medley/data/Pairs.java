package dev.medley.data;

import dev.medley.core.Interactions;
import java.util.Arrays;

/**
 * The distinct pairs of a user and an item, user by user with ascending items, each with the first
 * of its times and the first of its labels. Equal sets of lines give equal objects.
 */
final class Pairs {
  private final int items;
  private final int[] offsets; // U + 1
  private final int[] columns;
  private final byte[] labels; // empty where there is no x_label
  private final double[] times; // empty where there is no timestamp
  private final int repeats;
  private final int repeatsWithinLabel;
  private final int leaks;

  /**
   * Sorts and joins the lines of a file.
   *
   * @param denseUser dense user by first appearance
   * @param denseItem dense item by first appearance
   * @param items I
   */
  Pairs(InterFile inter, int[] denseUser, int[] denseItem, int items) {
    this.items = items;
    int users = denseUser.length;
    int[] starts = new int[users + 1];
    for (int k = 0; k < inter.size(); k++) {
      starts[denseUser[inter.user(k)] + 1]++;
    }
    for (int user = 0; user < users; user++) {
      starts[user + 1] += starts[user];
    }
    long[] keys = new long[inter.size()]; // item and line
    int[] next = Arrays.copyOf(starts, users);
    for (int k = 0; k < inter.size(); k++) {
      long item = denseItem[inter.item(k)];
      keys[next[denseUser[inter.user(k)]]++] = item << 32 | k;
    }
    int[] columns = new int[keys.length];
    byte[] labels = new byte[inter.labelled() ? keys.length : 0];
    double[] times = new double[inter.timed() ? keys.length : 0];
    offsets = new int[users + 1];
    int kept = 0;
    int distinctWithLabel = 0;
    int leaks = 0;
    for (int user = 0; user < users; user++) {
      Arrays.sort(keys, starts[user], starts[user + 1]);
      int k = starts[user];
      while (k < starts[user + 1]) {
        int item = (int) (keys[k] >>> 32);
        int seen = 0; // one bit per label
        double time = Double.POSITIVE_INFINITY;
        for (; k < starts[user + 1] && (int) (keys[k] >>> 32) == item; k++) {
          int line = (int) keys[k];
          seen |= 1 << (inter.labelled() ? inter.label(line) : 0);
          if (inter.timed()) {
            time = Math.min(time, inter.time(line));
          }
        }
        columns[kept] = item;
        if (inter.labelled()) {
          labels[kept] = (byte) Integer.numberOfTrailingZeros(seen);
        }
        if (inter.timed()) {
          times[kept] = time;
        }
        int splits = Integer.bitCount(seen);
        distinctWithLabel += splits;
        leaks += splits > 1 ? 1 : 0;
        kept++;
      }
      offsets[user + 1] = kept;
    }
    this.columns = Arrays.copyOf(columns, kept);
    this.labels = inter.labelled() ? Arrays.copyOf(labels, kept) : labels;
    this.times = inter.timed() ? Arrays.copyOf(times, kept) : times;
    this.repeats = inter.size() - kept;
    this.repeatsWithinLabel = inter.size() - distinctWithLabel;
    this.leaks = leaks;
  }

  /** U. */
  int users() {
    return offsets.length - 1;
  }

  /** How many pairs there are. */
  int size() {
    return columns.length;
  }

  /** The position of the first pair of a user. */
  int begin(int user) {
    return offsets[user];
  }

  /** One past the position of the last pair of a user. */
  int end(int user) {
    return offsets[user + 1];
  }

  /** The item of the pair at a position. */
  int item(int position) {
    return columns[position];
  }

  /** Whether the lines had labels. */
  boolean labelled() {
    return labels.length > 0;
  }

  /** Whether the lines had timestamps. */
  boolean timed() {
    return times.length > 0;
  }

  /** The earliest time of the pair at a position. */
  double time(int position) {
    return times[position];
  }

  /** The first label of each pair, in the order train, validation, test; a copy. */
  byte[] labels() {
    return labels.clone();
  }

  /** Lines that repeat an earlier pair, whatever their labels. */
  int repeats() {
    return repeats;
  }

  /** Lines that repeat an earlier pair under the same label. */
  int repeatsWithinLabel() {
    return repeatsWithinLabel;
  }

  /** Pairs that stand under several labels. */
  int leaks() {
    return leaks;
  }

  /** The pairs whose label in {@code parts} is {@code part}. */
  Interactions part(byte[] parts, int part) {
    int[] starts = new int[offsets.length];
    int[] chosen = new int[columns.length];
    int kept = 0;
    for (int user = 0; user < users(); user++) {
      for (int k = offsets[user]; k < offsets[user + 1]; k++) {
        if (parts[k] == part) {
          chosen[kept++] = columns[k];
        }
      }
      starts[user + 1] = kept;
    }
    return Interactions.ofRows(items, starts, Arrays.copyOf(chosen, kept));
  }
}
