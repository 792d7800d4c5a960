package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.medley.core.Interactions;
import dev.medley.formats.Safetensors;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code recommend --explain}. */
class ExplainTest extends CommandLineTest {
  private static final int USER = 4;

  static Stream<String> trainedModels() {
    return Models.all().stream()
        .filter(entry -> entry.training().equals("gradient"))
        .map(Models.Entry::name);
  }

  private JsonNode explained(Path run) throws IOException {
    return medley("recommend", run, "--user", USER, "-k", 5, "--explain", "--json")
        .done()
        .json()
        .path("items");
  }

  private static Interactions training(Path run) throws IOException {
    return RunFolder.open(run).dataset().train();
  }

  @ParameterizedTest
  @MethodSource("trainedModels")
  void summandsSumToTheScoreAndSharesToOne(String model) throws IOException {
    Path run = folder.resolve("run");
    List<Object> settings = new ArrayList<>(List.of("--set", "epochs=2"));
    if (Models.named(model).needs().contains("features")) {
      settings.addAll(List.of("--set", "dim=8"));
    }
    Path shop = Shops.shop(folder, "image", "text");
    if (Models.named(model).needs().contains("texts")) {
      Shops.texts(shop);
    }
    train(model, shop, run, settings.toArray());
    List<String> own = new ArrayList<>();
    for (int item : training(run).itemsOf(USER)) {
      own.add(Integer.toString(item));
    }
    JsonNode items = explained(run);
    assertThat(items).hasSize(5);
    for (JsonNode item : items) {
      double score = item.path("score").asDouble();
      double summands = 0;
      double shares = 0;
      for (JsonNode share : item.path("why").path("shares")) {
        assertThat(share.path("part").asText()).isNotEmpty();
        assertThat(share.path("share").asDouble()).isBetween(0.0, 1.0);
        summands += share.path("summand").asDouble();
        shares += share.path("share").asDouble();
      }
      assertThat(shares).isCloseTo(1, within(1e-9));
      assertThat(summands).isCloseTo(score, within(1e-5 * Math.max(1, Math.abs(score))));
      JsonNode history = item.path("why").path("history");
      assertThat(history).hasSize(2);
      double last = Double.POSITIVE_INFINITY;
      for (JsonNode one : history) {
        assertThat(one.path("item").asText()).isIn(own);
        assertThat(one.path("contribution").asDouble()).isLessThanOrEqualTo(last);
        last = one.path("contribution").asDouble();
      }
    }
  }

  @Test
  void aHistoryItemContributesTheDropOfTheScoreWithoutItsInteraction() throws IOException {
    Path run = folder.resolve("run");
    train("lightgcn", Shops.shop(folder), run, "--set", "epochs=3", "--set", "layers=1");
    Interactions train = training(run);
    float[] nodes;
    try (Safetensors stored = Safetensors.open(run.resolve("parameters.safetensors"))) {
      nodes = stored.floats("nodes");
    }
    for (JsonNode one : explained(run)) {
      int item = one.path("item").asInt();
      double score = score(nodes, train, item);
      assertThat(one.path("score").asDouble()).isCloseTo(score, within(1e-5));
      List<double[]> drops = new ArrayList<>();
      for (int own : train.itemsOf(USER)) {
        drops.add(new double[] {own, score - score(nodes, train.without(USER, own), item)});
      }
      drops.sort(Comparator.comparingDouble(drop -> -drop[1]));
      JsonNode history = one.path("why").path("history");
      for (int k = 0; k < 2; k++) {
        assertThat(history.get(k).path("item").asInt()).isEqualTo((int) drops.get(k)[0]);
        assertThat(history.get(k).path("contribution").asDouble())
            .isCloseTo(drops.get(k)[1], within(1e-5));
      }
    }
  }

  /** One layer of LightGCN, entry by entry. */
  private static double score(float[] nodes, Interactions train, int item) {
    int dim = nodes.length / (train.users() + train.items());
    int[] counts = train.itemCounts();
    double score = 0;
    for (int k = 0; k < dim; k++) {
      double ofUser = nodes[USER * dim + k];
      for (int other : train.itemsOf(USER)) {
        ofUser +=
            nodes[(train.users() + other) * dim + k]
                / Math.sqrt((double) train.count(USER) * counts[other]);
      }
      double ofItem = nodes[(train.users() + item) * dim + k];
      for (int user = 0; user < train.users(); user++) {
        if (train.contains(user, item)) {
          ofItem += nodes[user * dim + k] / Math.sqrt((double) train.count(user) * counts[item]);
        }
      }
      score += ofUser / 2 * ofItem / 2;
    }
    return score;
  }

  @Test
  void graphsOfHistoriesThatNeverWereAreNotKept() throws IOException {
    Path run = folder.resolve("run");
    train("dream", Shops.shop(folder, "image"), run, "--set", "epochs=1", "--set", "dim=8");
    Path graphs = Path.of(System.getProperty("medley.cache")).resolve("graphs");
    long kept = count(graphs);
    assertThat(kept).isPositive();
    explained(run);
    assertThat(count(graphs)).isEqualTo(kept);
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void neighboursOfTheHistorySumToTheScore() throws IOException {
    Path run = folder.resolve("run");
    train("itemknn", Shops.shop(folder), run, "--set", "neighbors=5");
    JsonNode first = explained(run).get(0);
    assertThat(first.path("why").path("history").get(0).path("contribution").asDouble())
        .isPositive();
    assertThat(medley("recommend", run, "--user", USER, "-k", 1, "--explain").done().out())
        .contains("score: behaviour +")
        .contains("because of ");
  }

  @Test
  void aModelThatLooksAtNobodysHistoryCannotBeExplained() throws IOException {
    Path run = folder.resolve("run");
    train("popular", Shops.shop(folder), run);
    assertRefused(
        List.of("recommend", run, "--user", USER, "--explain"),
        "--explain: expected a run of a model that was trained by gradients, or that scores by neighbours or weights between items, got one of popular");
  }
}
