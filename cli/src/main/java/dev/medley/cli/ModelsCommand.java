package dev.medley.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code medley models}. */
@Command(name = "models", description = "Every model: paper, needs, training, parity.")
final class ModelsCommand implements Callable<Integer> {
  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (json) {
      List<Map<String, Object>> all = new ArrayList<>();
      for (Models.Entry<?> entry : Models.all()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", entry.name());
        one.put("paper", entry.paper());
        one.put("year", entry.year());
        one.put("needs", entry.needs());
        one.put("training", entry.training());
        one.put("parity", entry.parity());
        all.add(one);
      }
      Json.print(all);
      return Main.DONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", "year", "needs", "training", "parity", "paper"));
    for (Models.Entry<?> entry : Models.all()) {
      rows.add(
          List.of(
              entry.name(),
              Integer.toString(entry.year()),
              entry.needs(),
              entry.training(),
              entry.parity(),
              entry.paper()));
    }
    System.out.print(Tables.leftLast(rows));
    return Main.DONE;
  }
}
