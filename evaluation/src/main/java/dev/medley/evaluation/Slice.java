package dev.medley.evaluation;

import java.util.Map;

/**
 * The metrics of a part of the users or of the items.
 *
 * @param name what the part is, as {@code "users with 3–4 training interactions"} or {@code "tail
 *     items"}
 * @param kind whether it is a part of the users or of the items
 * @param members how many users or items belong to it
 * @param users over how many users the means run; a user without a relevant item in the slice has
 *     no value there
 * @param metrics means by key, as in {@link EvaluationResult#metrics}
 */
public record Slice(Kind kind, String name, int members, int users, Map<String, Double> metrics) {

  /** Of what a slice is a part. */
  public enum Kind {
    /** A group of the evaluated users. */
    USERS,
    /** A group of the items; metrics look at the relevant items of this group only. */
    ITEMS
  }
}
