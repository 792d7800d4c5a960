package dev.medley.evaluation;

/** What was recommended to the evaluated users: E lists of at most depth out of I items. */
final class RankedLists {
  private final int[] users; // E dense numbers, ascending
  private final int[] ranked; // E × depth, best first
  private final int[] lengths; // E; how many of a row's depth items count
  private final int depth;
  private final int items;

  RankedLists(int[] users, int[] ranked, int[] lengths, int depth, int items) {
    this.users = users;
    this.ranked = ranked;
    this.lengths = lengths;
    this.depth = depth;
    this.items = items;
  }

  /** E. */
  int size() {
    return users.length;
  }

  /** I. */
  int items() {
    return items;
  }

  /** The dense number of the user of list {@code row}. */
  int user(int row) {
    return users[row];
  }

  /** The item at position {@code at}, between {@link #begin} and {@link #end} of a list. */
  int item(int at) {
    return ranked[at];
  }

  /** The position of the best item of list {@code row}. */
  int begin(int row) {
    return row * depth;
  }

  /** One past the position of the last item of list {@code row} within the first {@code cutoff}. */
  int end(int row, int cutoff) {
    return begin(row) + Math.min(lengths[row], cutoff);
  }
}
