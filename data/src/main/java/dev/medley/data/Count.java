package dev.medley.data;

/** Numbers with their nouns. */
final class Count {
  private Count() {}

  /** As {@code "1 user"} or {@code "3 users"}. */
  static String of(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
