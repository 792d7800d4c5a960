package dev.medley.data;

/** Foreign text made fit for a message: one line, short, in single quotes. */
final class Quote {
  private static final int LONGEST = 60;

  private Quote() {}

  static String of(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return "'" + cut.replace("\t", "\\t").replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?") + "'";
  }
}
