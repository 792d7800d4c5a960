package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Scorer;
import dev.medley.evaluation.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The best items for one user. */
final class Recommendations {

  /**
   * One of them.
   *
   * @param number its dense number
   * @param id external item id
   * @param title empty where it is unknown
   * @param score higher is better
   */
  record Item(int number, String id, String title, float score) {}

  private Recommendations() {}

  /**
   * Up to {@code count} items, best first, without the user's training items.
   *
   * @param user dense number
   */
  static List<Item> of(Scorer scorer, Dataset dataset, int user, int count) {
    float[] scores = new float[scorer.items()];
    scorer.score(new int[] {user}, scores);
    int k = Math.min(count, scores.length);
    List<Item> best = new ArrayList<>();
    for (int item : TopK.of(scores, k, dataset.train().itemsOf(user))) {
      String title =
          dataset.descriptions().isEmpty() ? "" : dataset.descriptions().get(item).title();
      best.add(new Item(item, dataset.items().id(item), title, scores[item]));
    }
    return best;
  }

  /** A numbered list. */
  static String table(List<Item> items) {
    return Tables.leftLast(rows(items));
  }

  /**
   * A numbered list, each item followed by why it is there.
   *
   * @param why one for each item, or none at all
   */
  static String table(List<Item> items, List<Explanation> why) {
    String[] lines = table(items).split("(?<=\n)", -1); // a header, then a line for each
    StringBuilder text = new StringBuilder(lines[0]);
    for (int rank = 0; rank < items.size(); rank++) {
      text.append(lines[rank + 1]);
      if (!why.isEmpty()) {
        why.get(rank).lines().forEach(line -> text.append("      ").append(line).append('\n'));
      }
    }
    return text.toString();
  }

  private static List<List<String>> rows(List<Item> items) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "score", "item  title"));
    for (int rank = 0; rank < items.size(); rank++) {
      Item item = items.get(rank);
      rows.add(
          List.of(
              Integer.toString(rank + 1),
              String.format(Locale.ROOT, "%.4f", item.score()),
              (item.id() + "  " + item.title()).strip()));
    }
    return rows;
  }
}
