package dev.medley.evaluation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The literal form of ranking and metrics, as oracle of the fast one. */
final class Textbook {
  private Textbook() {}

  static List<Integer> ranking(float[] scores, Collection<Integer> masked) {
    List<Integer> items = new ArrayList<>();
    for (int item = 0; item < scores.length; item++) {
      if (!masked.contains(item)) {
        items.add(item);
      }
    }
    // −0 + 0 is 0; Double.compare alone would put −0 below 0.
    items.sort(
        Comparator.<Integer>comparingDouble(item -> -scores[item] + 0.0)
            .thenComparing(Comparator.naturalOrder()));
    return items;
  }

  static double metric(String name, int k, List<Integer> ranking, Collection<Integer> relevant) {
    List<Integer> top = ranking.subList(0, Math.min(k, ranking.size()));
    Set<Integer> hits = new HashSet<>(top);
    hits.retainAll(new HashSet<>(relevant));
    int reachable = Math.min(k, relevant.size());
    return switch (name) {
      case "recall" -> (double) hits.size() / relevant.size();
      case "precision" -> (double) hits.size() / k;
      case "hitrate" -> hits.isEmpty() ? 0 : 1;
      case "ndcg" -> {
        double ideal = IntStream.rangeClosed(1, reachable).mapToDouble(Textbook::discount).sum();
        yield ranksOfHits(top, hits).mapToDouble(Textbook::discount).sum() / ideal;
      }
      case "map" -> {
        double precisions =
            ranksOfHits(top, hits)
                .mapToDouble(rank -> metric("precision", rank, ranking, relevant))
                .sum();
        yield precisions / reachable;
      }
      case "mrr" -> ranksOfHits(top, hits).mapToDouble(rank -> 1.0 / rank).max().orElse(0);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double discount(int rank) {
    return Math.log(2) / Math.log(rank + 1);
  }

  private static IntStream ranksOfHits(List<Integer> top, Set<Integer> hits) {
    return IntStream.rangeClosed(1, top.size()).filter(rank -> hits.contains(top.get(rank - 1)));
  }
}
