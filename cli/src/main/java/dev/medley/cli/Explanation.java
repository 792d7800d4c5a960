package dev.medley.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/**
 * Why an item is recommended to a user.
 *
 * @param shares what each part of the model adds to the score, in the model's order
 * @param history the user's items that contribute most, strongest first
 * @param weights the model's own weight of each modality for the item; empty where it has none
 * @param attended the items that this one attends to most; empty where the model does not attend
 */
record Explanation(
    List<Share> shares,
    List<Contribution> history,
    Map<String, Double> weights,
    List<Contribution> attended) {

  /**
   * A part of the score.
   *
   * @param part a modality or a line of the model
   * @param summand what it adds; all of them sum to the score
   * @param share |summand| over the sum of all of them, in [0, 1]
   */
  record Share(String part, double summand, double share) {
    private String text() {
      return String.format(Locale.ROOT, "%s %s (%.0f %%)", part, signed(summand), 100 * share);
    }
  }

  /**
   * An item and a number.
   *
   * @param item its external id
   * @param value of the history, the drop of the score when that interaction is taken out; of the
   *     attention, its weight
   */
  record Contribution(String item, double value) {}

  /** In words, a line each. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("score: " + shares.stream().map(Share::text).collect(Collectors.joining(", ")));
    if (!history.isEmpty()) {
      boolean raising = history.stream().allMatch(one -> one.value > 0);
      lines.add(
          (raising ? "because of " : "most of the history: ") + list(history, Explanation::signed));
    }
    if (!weights.isEmpty()) {
      lines.add(
          "weights: "
              + weights.entrySet().stream()
                  .map(one -> one.getKey() + " " + plain(one.getValue()))
                  .collect(Collectors.joining(", ")));
    }
    if (!attended.isEmpty()) {
      lines.add("attends to " + list(attended, Explanation::plain));
    }
    return lines;
  }

  private static String list(List<Contribution> items, DoubleFunction<String> number) {
    return items.stream()
        .map(one -> one.item + " (" + number.apply(one.value) + ")")
        .collect(Collectors.joining(", "));
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }

  private static String plain(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** As {@code recommend --explain --json} prints it. */
  Map<String, Object> json() {
    Map<String, Object> why = new LinkedHashMap<>();
    List<Map<String, Object>> parts = new ArrayList<>();
    for (Share share : shares) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("part", share.part);
      one.put("summand", share.summand);
      one.put("share", share.share);
      parts.add(one);
    }
    why.put("shares", parts);
    why.put("history", items(history, "contribution"));
    if (!weights.isEmpty()) {
      why.put("weights", weights);
    }
    if (!attended.isEmpty()) {
      why.put("attended", items(attended, "weight"));
    }
    return why;
  }

  private static List<Map<String, Object>> items(List<Contribution> items, String number) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Contribution item : items) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("item", item.item);
      one.put(number, item.value);
      list.add(one);
    }
    return list;
  }
}
