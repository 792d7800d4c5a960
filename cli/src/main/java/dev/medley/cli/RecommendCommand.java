package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Ids;
import dev.medley.core.InvalidInputException;
import dev.medley.engine.Engine;
import dev.medley.models.blocks.TrainedScorer;
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
    Dataset dataset = folder.datasetWithoutFeatures();
    int index = dataset.users().indexOf(user);
    if (index == Ids.UNKNOWN) {
      throw new InvalidInputException(
          "--user: expected one of the %d users of %s, got '%s'"
              .formatted(dataset.users().size(), run, user));
    }
    Engine.start(1);
    try (TrainedScorer scorer = StoredScorers.read(folder, dataset.train())) {
      List<Recommendations.Item> items = Recommendations.of(scorer, dataset, index, count);
      if (json) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("user", user);
        List<Map<String, Object>> list = new ArrayList<>();
        for (Recommendations.Item item : items) {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("item", item.id());
          one.put("score", item.score());
          list.add(one);
        }
        answer.put("items", list);
        Json.print(answer);
      } else {
        System.out.print(Recommendations.table(items));
      }
    }
    return Main.DONE;
  }
}
