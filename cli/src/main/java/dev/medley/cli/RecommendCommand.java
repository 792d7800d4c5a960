package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Ids;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Scorer;
import dev.medley.engine.Engine;
import dev.medley.models.blocks.FusedScorer;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley recommend}. */
@Command(
    name = "recommend",
    description =
        "The best items for a user, without those of the user's training interactions; the dataset"
            + " is not needed.")
final class RecommendCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUN", description = "A run's folder.")
  private Path run;

  @Option(names = "--user", required = true, paramLabel = "ID", description = "The user's id.")
  private String user;

  @Option(
      names = {"-k", "--count"},
      paramLabel = "N",
      defaultValue = "10",
      description = "How many items, at least 1 (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--explain",
      description =
          "Also say why: the share of each part of the model in the score, and the items of the user's"
              + " history that contribute most.")
  private boolean explain;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  RecommendCommand() {
    run = Path.of("");
    user = "";
  }

  @Override
  public Integer call() throws IOException {
    if (count < 1) {
      throw new InvalidInputException("-k: expected at least 1, got " + count);
    }
    RunFolder folder = RunFolder.open(run);
    Dataset dataset = explain ? folder.dataset() : folder.datasetWithoutFeatures();
    int index = dataset.users().indexOf(user);
    if (index == Ids.UNKNOWN) {
      throw new InvalidInputException(
          "--user: expected one of the %d users of %s, got '%s'"
              .formatted(dataset.users().size(), run, user));
    }
    Engine.start(1);
    try (Scorer scorer = StoredScorers.read(folder, dataset.train())) {
      List<Recommendations.Item> items = Recommendations.of(scorer, dataset, index, count);
      List<Explanation> why = explain ? explain(folder, dataset, scorer, index, items) : List.of();
      if (json) {
        print(items, why);
      } else {
        System.out.print(Recommendations.table(items, why));
      }
    }
    return Main.DONE;
  }

  private static List<Explanation> explain(
      RunFolder folder, Dataset dataset, Scorer scorer, int index, List<Recommendations.Item> items)
      throws IOException {
    int[] numbers = items.stream().mapToInt(Recommendations.Item::number).toArray();
    if (scorer instanceof FusedScorer fused) {
      try (EnsembleExplainer explainer = EnsembleExplainer.of(folder, dataset, fused)) {
        return explainer.explain(index, numbers);
      }
    }
    try (Explainer explainer = Explainer.of(folder, "", dataset, scorer)) {
      return explainer.explain(index, numbers);
    }
  }

  private void print(List<Recommendations.Item> items, List<Explanation> why) throws IOException {
    List<Map<String, Object>> list = new ArrayList<>();
    for (int k = 0; k < items.size(); k++) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("item", items.get(k).id());
      if (!items.get(k).title().isEmpty()) {
        one.put("title", items.get(k).title());
      }
      one.put("score", items.get(k).score());
      if (explain) {
        one.put("why", why.get(k).json());
      }
      list.add(one);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("user", user);
    answer.put("items", list);
    Json.print(answer);
  }
}
