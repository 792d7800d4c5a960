package dev.medley.models;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that a misspelt one was probably meant to be. */
public final class Nearest {

  /** Shorter names are part of too many others. */
  private static final int SHORTEST_PART = 3;

  private Nearest() {}

  /**
   * The nearest of {@code known} to {@code name}, if one is near: at most a third of its letters
   * are changed, added, missing or swapped with their neighbours, or one is part of the other. Case
   * and leading dashes do not count; ties go to the alphabetically first.
   */
  public static Optional<String> to(String name, Collection<String> known) {
    return known.stream()
        .filter(candidate -> near(bare(name), bare(candidate)))
        .min(
            Comparator.comparingInt((String candidate) -> distance(bare(name), bare(candidate)))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String bare(String name) {
    return name.toLowerCase(Locale.ROOT).replaceFirst("^-+", "");
  }

  private static boolean near(String name, String candidate) {
    int longer = Math.max(name.length(), candidate.length());
    int allowed = longer < 2 ? 0 : Math.max(1, longer / 3);
    boolean part =
        Math.min(name.length(), candidate.length()) >= SHORTEST_PART
            && (name.contains(candidate) || candidate.contains(name));
    return part || distance(name, candidate) <= allowed;
  }

  /** Edits between two texts, a swap of two letters side by side being one. */
  private static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int change = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(change, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
