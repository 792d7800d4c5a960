package dev.medley.cli;

import dev.medley.runs.RunMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tables of text with aligned columns. */
final class Tables {
  private static final List<String> SHOWN =
      List.of("recall@10", "recall@20", "ndcg@10", "ndcg@20", "coverage@20", "novelty@20");

  private Tables() {}

  /** The main metrics of both splits, a line each. */
  static String metrics(RunMetrics metrics) {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of(""));
    header.addAll(SHOWN);
    rows.add(header);
    rows.add(row("validation", metrics.validation()));
    rows.add(row("test", metrics.test()));
    return aligned(rows);
  }

  private static List<String> row(String name, Map<String, Double> metrics) {
    List<String> row = new ArrayList<>(List.of(name));
    SHOWN.forEach(key -> row.add(number(metrics.getOrDefault(key, Double.NaN))));
    return row;
  }

  /** A metric with four decimals, or a dash where it is undefined. */
  static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  /** Rows with their columns aligned: the first to the left, the others to the right. */
  static String aligned(List<List<String>> rows) {
    return aligned(rows, false);
  }

  /** Like {@link #aligned}, with the last column to the left. */
  static String leftLast(List<List<String>> rows) {
    return aligned(rows, true);
  }

  private static String aligned(List<List<String>> rows, boolean leftLast) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int k = 0; k < row.size(); k++) {
        widths[k] = Math.max(widths[k], row.get(k).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int k = 0; k < row.size(); k++) {
        String pad = " ".repeat(widths[k] - row.get(k).length());
        boolean left = k == 0 || (leftLast && k == row.size() - 1);
        line.append(k == 0 ? "" : "  ").append(left ? row.get(k) + pad : pad + row.get(k));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
