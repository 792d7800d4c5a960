package dev.medley.data;

import dev.medley.core.InvalidInputException;
import java.util.Locale;

/** How interactions come to be training, validation and test. */
public enum SplitKind {
  /** As the {@code x_label} column says, or {@link #RANDOM} where there is none. */
  SHIPPED,
  /**
   * 8:1:1 per user: each user's n items are shuffled; n of 1 or 2 stay in training, n below 10
   * gives one to validation and one to test, otherwise t = ⌊n/5⌋ are held out, ⌊t/2⌋ of them for
   * validation.
   */
  RANDOM,
  /**
   * By two points in time for all users: of the n times in ascending order, the one at ⌊8n/10⌋
   * begins validation and the one at ⌊9n/10⌋ begins test. Interactions at the same time are never
   * parted.
   */
  TEMPORAL,
  /**
   * Each user's last item is test and the last but one validation; users with fewer than three stay
   * in training. Of items at the same time, the one with the larger number counts as later.
   */
  LEAVE_ONE_OUT;

  /**
   * The kind of this name.
   *
   * @param name {@code "shipped"}, {@code "random"}, {@code "temporal"} or {@code "leave-one-out"}
   * @throws InvalidInputException if it is none of them
   */
  public static SplitKind parse(String name) {
    for (SplitKind kind : values()) {
      if (kind.label().equals(name)) {
        return kind;
      }
    }
    throw new InvalidInputException(
        "split: expected 'random', 'temporal', 'leave-one-out' or 'shipped' (the x_label column),"
            + " got "
            + Quote.of(name)
            + "; choose one of them");
  }

  /** The name on the command line, as {@code leave-one-out}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
