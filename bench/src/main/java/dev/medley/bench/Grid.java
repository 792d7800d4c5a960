package dev.medley.bench;

import dev.medley.runs.RunFolder;
import dev.medley.runs.RunMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A search by hand: {@code grid MODEL DATASET OUT SEEDS KEY=VALUE|VALUE… …} trains every
 * combination with every seed, keeps each run in OUT, and prints validation's mean and deviation.
 * Goes on where it was stopped. Nothing of the test split is printed.
 */
final class Grid {
  private static final List<String> SHOWN = List.of("recall@20", "ndcg@20");

  private Grid() {}

  static void run(String... arguments) throws Exception {
    String model = arguments[0];
    Path out = Path.of(arguments[2]);
    List<List<String>> combinations = new ArrayList<>(List.of(List.of()));
    for (int k = 4; k < arguments.length; k++) {
      int equals = arguments[k].indexOf('=');
      List<List<String>> longer = new ArrayList<>();
      for (List<String> begun : combinations) {
        for (String value : arguments[k].substring(equals + 1).split("\\|", -1)) {
          List<String> one = new ArrayList<>(begun);
          one.add(arguments[k].substring(0, equals) + "=" + value);
          longer.add(one);
        }
      }
      combinations = longer;
    }
    for (List<String> combination : combinations) {
      StringBuilder line = new StringBuilder(model + " " + String.join(" ", combination));
      List<RunMetrics> trials = new ArrayList<>();
      for (String seed : arguments[3].split(",", -1)) {
        trials.add(trial(model, arguments[1], out, seed, combination));
      }
      for (String key : SHOWN) {
        line.append("  ").append(key).append(' ').append(meanAndDeviation(trials, key));
      }
      Timings.print("%s", line);
    }
  }

  private static RunMetrics trial(
      String model, String dataset, Path out, String seed, List<String> combination)
      throws Exception {
    Path folder = out.resolve(model + "-" + String.join("-", combination) + "-" + seed);
    List<String> line =
        new ArrayList<>(
            List.of("train", model, dataset, "--threads", "1", "--seed", seed, "--resume"));
    line.addAll(List.of("--out", folder.toString()));
    combination.forEach(pair -> line.addAll(List.of("--set", pair)));
    int status = dev.medley.cli.Main.run(line.toArray(new String[0]));
    if (status != 0) {
      throw new IllegalStateException(folder + ": training ended with status " + status);
    }
    return RunFolder.openUnverified(folder).metrics();
  }

  private static String meanAndDeviation(List<RunMetrics> trials, String key) {
    double[] values = trials.stream().map(RunMetrics::validation).mapToDouble(value(key)).toArray();
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean, deviation);
  }

  private static ToDoubleFunction<Map<String, Double>> value(String key) {
    return metrics -> metrics.getOrDefault(key, Double.NaN);
  }
}
