package dev.medley.prepare;

/** Foreign text made fit for the files of a dataset. */
final class CleanText {
  /** So many characters an id may have. */
  static final int LONGEST_ID = 512;

  private CleanText() {}

  /** What is wrong with an id, or an empty text. */
  static String faultOfId(String id) {
    if (id.isEmpty()) {
      return "empty";
    }
    if (id.length() > LONGEST_ID) {
      return "longer than " + LONGEST_ID + " characters";
    }
    for (int k = 0; k < id.length(); k++) {
      char c = id.charAt(k);
      if (c < ' ' || c == 0x7f) {
        return "with control characters";
      }
      if (c == '\ufffd' || isLone(id, k)) {
        return "that is not UTF-8 text";
      }
    }
    return "";
  }

  /**
   * A title or description on one line: control characters and line ends become spaces, half
   * characters U+FFFD; spaces at both ends go.
   */
  static String line(String text) {
    StringBuilder clean = null;
    for (int k = 0; k < text.length(); k++) {
      char c = text.charAt(k);
      boolean control = c < ' ' || (c >= 0x7f && c < 0xa0) || c == '\u2028' || c == '\u2029';
      boolean lone = isLone(text, k);
      if (clean == null && (control || lone)) {
        clean = new StringBuilder(text.length()).append(text, 0, k);
      }
      if (clean != null) {
        clean.append(control ? ' ' : lone ? '\ufffd' : c);
      }
    }
    return (clean == null ? text : clean.toString()).strip();
  }

  private static boolean isLone(String text, int k) {
    char c = text.charAt(k);
    if (Character.isHighSurrogate(c)) {
      return k + 1 == text.length() || !Character.isLowSurrogate(text.charAt(k + 1));
    }
    return Character.isLowSurrogate(c)
        && (k == 0 || !Character.isHighSurrogate(text.charAt(k - 1)));
  }
}
