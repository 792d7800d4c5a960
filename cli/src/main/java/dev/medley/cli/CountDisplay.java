package dev.medley.cli;

import java.util.Locale;

/** Shows on a terminal how far some work is, on one line that is gone afterwards. */
final class CountDisplay implements AutoCloseable {
  private static final String CLEAR = "\r\u001b[K";

  private final boolean terminal = Boolean.getBoolean("medley.terminal"); // set by the launcher
  private boolean shown;

  /** As {@code 1,048,576 interactions read}; a count of 0 is not shown. */
  void show(String what, long count) {
    if (terminal) {
      shown = true;
      System.err.print(
          CLEAR + (count == 0 ? what : String.format(Locale.ROOT, "%,d %s", count, what)));
      System.err.flush();
    }
  }

  @Override
  public void close() {
    if (shown) {
      System.err.print(CLEAR);
    }
  }
}
