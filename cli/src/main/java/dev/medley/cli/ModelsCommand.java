package dev.medley.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley models}. */
@Command(
    name = "models",
    description = "Every model: paper, needs, training, parity; or one, with its hyperparameters.")
final class ModelsCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL",
      description =
          "One model: what '--set KEY=VALUE' can change, its default, and what it may be;"
              + " docs/invariants.md says what each key means.")
  private @Nullable String model;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (model != null) {
      Models.Entry<?> entry = Models.named(model);
      if (json) {
        Map<String, Object> one = fields(entry);
        one.put("hyperparameters", entry.hyperparameters().stream().map(this::fields).toList());
        Json.print(one);
      } else {
        print(List.of(entry));
        print(entry);
      }
      return Main.DONE;
    }
    if (json) {
      Json.print(Models.all().stream().map(ModelsCommand::fields).toList());
    } else {
      print(Models.all());
    }
    return Main.DONE;
  }

  private static Map<String, Object> fields(Models.Entry<?> entry) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", entry.name());
    one.put("paper", entry.paper());
    one.put("year", entry.year());
    one.put("needs", entry.needs());
    one.put("training", entry.training());
    one.put("parity", entry.parity());
    return one;
  }

  private Map<String, @Nullable Object> fields(Hyperparameter hyperparameter) {
    Map<String, @Nullable Object> one = new LinkedHashMap<>();
    one.put("name", hyperparameter.name());
    one.put("default", hyperparameter.byDefault());
    one.put("allowed", hyperparameter.allowed());
    return one;
  }

  private static void print(List<Models.Entry<?>> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", "year", "needs", "training", "parity", "paper"));
    for (Models.Entry<?> entry : entries) {
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
  }

  private static void print(Models.Entry<?> entry) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("hyperparameter", "default", "allowed"));
    for (Hyperparameter hyperparameter : entry.hyperparameters()) {
      rows.add(
          List.of(
              hyperparameter.name(), shown(hyperparameter.byDefault()), hyperparameter.allowed()));
    }
    System.out.println();
    System.out.print(
        rows.size() > 1 ? Tables.leftLast(rows) : "no hyperparameters" + System.lineSeparator());
  }

  private static String shown(@Nullable Object byDefault) {
    if (byDefault == null) {
      return "validation decides";
    }
    return byDefault.equals("") ? "none" : byDefault.toString();
  }
}
