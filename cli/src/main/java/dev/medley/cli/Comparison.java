package dev.medley.cli;

import dev.medley.core.Seed;
import dev.medley.evaluation.Holm;
import dev.medley.evaluation.PairedComparison;
import dev.medley.runs.PerUser;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of models over the same dataset and seeds: mean ± standard deviation of test metrics, and
 * what separates each from the first, user by user.
 */
final class Comparison {
  private static final List<String> SHOWN =
      List.of("recall@10", "recall@20", "ndcg@10", "ndcg@20", "coverage@20");
  private static final String PAIRED = "recall@20";

  private final Map<String, List<RunFolder>> runs = new LinkedHashMap<>();

  /** Adds a finished run of {@code model}. */
  void add(String model, RunFolder run) {
    runs.computeIfAbsent(model, name -> new ArrayList<>()).add(run);
  }

  /** The table. */
  String table() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("model", "seeds"));
    header.addAll(SHOWN);
    header.addAll(List.of("epochs", "s/epoch", "s/evaluation"));
    rows.add(header);
    for (Map.Entry<String, List<RunFolder>> entry : runs.entrySet()) {
      rows.add(row(entry.getKey(), entry.getValue()));
    }
    return Tables.aligned(rows) + paired();
  }

  private static List<String> row(String model, List<RunFolder> runs) throws IOException {
    List<String> row = new ArrayList<>(List.of(model, Integer.toString(runs.size())));
    for (String key : SHOWN) {
      List<Double> values = new ArrayList<>();
      for (RunFolder run : runs) {
        values.add(run.metrics().test().getOrDefault(key, Double.NaN));
      }
      row.add(meanAndDeviation(values));
    }
    row.add(median(runs, "%.0f", run -> asDouble(run.summary().outcome().epochs())));
    row.add(median(runs, "%.2f", run -> run.summary().outcome().secondsPerEpoch()));
    row.add(median(runs, "%.2f", run -> run.summary().outcome().secondsPerEvaluation()));
    return row;
  }

  private static @Nullable Double asDouble(@Nullable Integer value) {
    return value == null ? null : value.doubleValue();
  }

  private interface Figure {
    @Nullable Double of(RunFolder run);
  }

  private static String median(List<RunFolder> runs, String format, Figure figure) {
    List<Double> values = new ArrayList<>();
    for (RunFolder run : runs) {
      Double value = figure.of(run);
      if (value != null) {
        values.add(value);
      }
    }
    if (values.isEmpty()) {
      return "-";
    }
    values.sort(null);
    return String.format(Locale.ROOT, format, values.get(values.size() / 2));
  }

  private static String meanAndDeviation(List<Double> values) {
    double mean = values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
    if (values.size() < 2) {
      return Tables.number(mean);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return Tables.number(mean) + " ± " + Tables.number(Math.sqrt(squares / (values.size() - 1)));
  }

  /** Each model against the first, on the users' values averaged over seeds. */
  private String paired() throws IOException {
    if (runs.size() < 2) {
      return "";
    }
    String first = runs.keySet().iterator().next();
    double[] base = averaged(runs.get(first));
    List<String> names = new ArrayList<>(runs.keySet()).subList(1, runs.size());
    List<PairedComparison> comparisons = new ArrayList<>();
    for (String name : names) {
      comparisons.add(PairedComparison.of(averaged(runs.get(name)), base, new Seed(0)));
    }
    double[] corrected =
        Holm.correct(comparisons.stream().mapToDouble(PairedComparison::bootstrapP).toArray());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of(PAIRED + " against " + first, "difference", "95 % interval", "p (Holm)"));
    for (int k = 0; k < names.size(); k++) {
      PairedComparison comparison = comparisons.get(k);
      rows.add(
          List.of(
              names.get(k),
              signed(comparison.meanDifference()),
              "[" + signed(comparison.low()) + ", " + signed(comparison.high()) + "]",
              Tables.number(corrected[k])));
    }
    return System.lineSeparator() + Tables.aligned(rows);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }

  private static double[] averaged(@Nullable List<RunFolder> runs) throws IOException {
    if (runs == null) {
      throw new IllegalStateException("comparison: expected at least one run of each model");
    }
    double[] sums = new double[0];
    for (RunFolder run : runs) {
      PerUser values = run.perUser();
      int column = values.metrics().indexOf(PAIRED);
      int width = values.metrics().size();
      double[] all = values.values();
      if (sums.length == 0) {
        sums = new double[values.users().length];
      }
      for (int user = 0; user < sums.length; user++) {
        sums[user] += all[user * width + column] / runs.size();
      }
    }
    return sums;
  }
}
