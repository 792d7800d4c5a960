package dev.medley.data;

import dev.medley.core.Ids;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Assigns each pair to training, validation or test as {@link SplitKind} says. Nothing depends on
 * the order of lines: items are put in the order of their ids (by value where all are integers, as
 * text otherwise), and each user draws from a stream named after its id, so that neither a new user
 * nor another order shifts the draws of the others.
 */
final class Splitter {
  static final byte TRAIN = 0;
  static final byte VALIDATION = 1;
  static final byte TEST = 2;

  private Splitter() {}

  /** Sizes of validation and test by the 8:1:1 rule, for a user with n items. */
  static int[] heldOut(int n) {
    if (n <= 2) {
      return new int[] {0, 0};
    }
    if (n < 10) {
      return new int[] {1, 1};
    }
    int held = n / 5;
    return new int[] {held / 2, held - held / 2};
  }

  /** The part of each pair, drawn per user. */
  static byte[] random(Pairs pairs, Ids users, int[] rankOfItem, Seed seed) {
    byte[] parts = new byte[pairs.size()];
    for (int user = 0; user < pairs.users(); user++) {
      int begin = pairs.begin(user);
      int n = pairs.end(user) - begin;
      int[] held = heldOut(n);
      if (held[1] > 0) {
        int[] order = byRank(pairs, user, rankOfItem);
        seed.child("split of user " + users.id(user)).stream().shuffle(order);
        for (int k = 0; k < held[0] + held[1]; k++) {
          parts[order[k]] = k < held[0] ? VALIDATION : TEST;
        }
      }
    }
    return parts;
  }

  /** The part of each pair, by two points in time for all users. */
  static byte[] temporal(Pairs pairs, Path file) {
    checkTimed(pairs, SplitKind.TEMPORAL, file);
    int n = pairs.size();
    double[] times = new double[n];
    Arrays.setAll(times, pairs::time);
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    double validationFrom = sorted[(int) (8L * n / 10)];
    double testFrom = sorted[(int) (9L * n / 10)];
    byte[] parts = new byte[n];
    for (int k = 0; k < n; k++) {
      parts[k] = times[k] >= testFrom ? TEST : times[k] >= validationFrom ? VALIDATION : TRAIN;
    }
    return parts;
  }

  /** The part of each pair: the last of each user is test, the last but one validation. */
  static byte[] leaveOneOut(Pairs pairs, int[] rankOfItem, Path file) {
    checkTimed(pairs, SplitKind.LEAVE_ONE_OUT, file);
    byte[] parts = new byte[pairs.size()];
    for (int user = 0; user < pairs.users(); user++) {
      if (pairs.end(user) - pairs.begin(user) >= 3) {
        int last = -1;
        int lastButOne = -1;
        for (int k : byRank(pairs, user, rankOfItem)) {
          if (last < 0 || pairs.time(k) >= pairs.time(last)) {
            lastButOne = last;
            last = k;
          } else if (lastButOne < 0 || pairs.time(k) >= pairs.time(lastButOne)) {
            lastButOne = k;
          }
        }
        parts[last] = TEST;
        parts[lastButOne] = VALIDATION;
      }
    }
    return parts;
  }

  /** The positions of a user's pairs, by the rank of their items. */
  private static int[] byRank(Pairs pairs, int user, int[] rankOfItem) {
    int begin = pairs.begin(user);
    long[] keys = new long[pairs.end(user) - begin];
    for (int k = 0; k < keys.length; k++) {
      keys[k] = (long) rankOfItem[pairs.item(begin + k)] << 32 | (begin + k);
    }
    Arrays.sort(keys);
    int[] positions = new int[keys.length];
    for (int k = 0; k < keys.length; k++) {
      positions[k] = (int) keys[k];
    }
    return positions;
  }

  private static void checkTimed(Pairs pairs, SplitKind kind, Path file) {
    if (!pairs.timed()) {
      throw new InvalidInputException(
          "%s: expected a timestamp column for the split %s, got none; add it or use --split random"
              .formatted(file, kind.label()));
    }
    for (int k = 0; k < pairs.size(); k++) {
      if (pairs.time(k) == InterFile.UNKNOWN) {
        throw new InvalidInputException(
            "%s: expected a timestamp on every line for the split %s, got an empty one; fill it in or use --split random"
                .formatted(file, kind.label()));
      }
    }
  }
}
