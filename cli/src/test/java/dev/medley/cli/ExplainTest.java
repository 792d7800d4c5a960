package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.TensorFile;
import dev.medley.formats.Safetensors;
import dev.medley.models.Cadmr;
import dev.medley.models.Dream;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
import dev.medley.models.Settings;
import dev.medley.runs.RunFolder;
import dev.medley.testkit.Doubles;
import dev.medley.testkit.LiteralCadmr;
import dev.medley.testkit.LiteralDream;
import dev.medley.testkit.LiteralMrCsaf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code recommend --explain}. */
class ExplainTest extends CommandLineTest {
  private static final int USER = 4;
  private static final int ONCE = Shops.USERS; // one training item
  private static final int NEWCOMER = Shops.USERS + 1; // none

  static Stream<String> trainedModels() {
    return Models.all().stream()
        .filter(entry -> entry.training().equals("gradient"))
        .map(Models.Entry::name);
  }

  /** The usual shop and two users with hardly a history. */
  private Path shopWithNewcomers() throws IOException {
    List<String> lines = Shops.lines();
    lines.addAll(
        List.of(ONCE + "\t4\t0", ONCE + "\t2\t2", NEWCOMER + "\t1\t1", NEWCOMER + "\t3\t2"));
    return Shops.write(folder, "shop", lines, "image", "text");
  }

  private JsonNode explained(Path run) throws IOException {
    return explained(run, USER);
  }

  private JsonNode explained(Path run, int user) throws IOException {
    return medley("recommend", run, "--user", user, "-k", 5, "--explain", "--json")
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
    Path shop = shopWithNewcomers();
    if (Models.named(model).needs().contains("texts")) {
      Shops.texts(shop);
    }
    train(model, shop, run, settings.toArray());
    for (int user : new int[] {USER, ONCE, NEWCOMER}) {
      List<String> own = new ArrayList<>();
      for (int item : training(run).itemsOf(user)) {
        own.add(Integer.toString(item));
      }
      assertThat(own).hasSize(user == USER ? 6 : user == ONCE ? 1 : 0);
      JsonNode items = explained(run, user);
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
        assertThat(history).hasSize(Math.min(2, own.size()));
        double last = Double.POSITIVE_INFINITY;
        for (JsonNode one : history) {
          assertThat(one.path("item").asText()).isIn(own);
          assertThat(one.path("contribution").isNumber()).isTrue(); // NaN is written as a text
          assertThat(one.path("contribution").asDouble()).isLessThanOrEqualTo(last);
          last = one.path("contribution").asDouble();
        }
      }
    }
  }

  @Test
  void mrCsafsExplanationHasTheSelectorsWeightsOfEachItem() throws IOException {
    Path run = folder.resolve("run");
    Path shop = Shops.shop(folder, "image", "text");
    train("mr-csaf", shop, run, "--set", "epochs=2", "--set", "dim=8");
    Set<Double> ofImage = new HashSet<>();
    List<String> words = new ArrayList<>();
    for (JsonNode item : explained(run)) {
      JsonNode weights = item.path("why").path("weights");
      assertThat(weights).hasSize(2);
      double image = weights.path("image").asDouble();
      double text = weights.path("text").asDouble();
      assertThat(image).isBetween(1e-3, 1 - 1e-3);
      assertThat(image + text).isCloseTo(1, within(1e-6));
      assertThat(item.path("why").has("attended")).isFalse();
      ofImage.add(image);
      words.add(String.format(Locale.ROOT, "weights: image %.4f, text %.4f", image, text));
    }
    assertThat(ofImage).hasSize(5); // each item has its own
    assertThat(medley("recommend", run, "--user", USER, "-k", 5, "--explain").done().out())
        .contains(words);
  }

  @Test
  void cadmrsExplanationHasTheItemsThatAnItemAttendsToMost() throws IOException {
    Path run = folder.resolve("run");
    Path shop = Shops.shop(folder, "image", "text");
    train("cadmr", shop, run, "--set", "epochs=2", "--set", "dim=8");
    List<String> words = new ArrayList<>();
    for (JsonNode item : explained(run)) {
      JsonNode attended = item.path("why").path("attended");
      assertThat(attended).hasSize(3);
      List<String> each = new ArrayList<>();
      double last = 1;
      for (JsonNode one : attended) {
        double weight = one.path("weight").asDouble();
        assertThat(one.path("item").asInt(-1)).isBetween(0, Shops.ITEMS - 1);
        assertThat(weight).isPositive().isLessThanOrEqualTo(last);
        each.add(String.format(Locale.ROOT, "%s (%.4f)", one.path("item").asText(), weight));
        last = weight;
      }
      double first = attended.get(0).path("weight").asDouble();
      assertThat(first).isGreaterThan(1.0 / Shops.ITEMS); // all weights sum to 1
      assertThat(item.path("why").has("weights")).isFalse();
      words.add("attends to " + String.join(", ", each));
    }
    assertThat(medley("recommend", run, "--user", USER, "-k", 5, "--explain").done().out())
        .contains(words);
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

  /** The scores of {@link #USER} by a model's literal form. */
  private interface Literal {
    /**
     * All items' scores.
     *
     * @param leaves the run's parameters by name
     */
    double[] scores(TrainingView data, Map<String, Tensor> leaves);
  }

  /** What the runs below are trained with. */
  private static Settings small() {
    return new Settings(
        Map.of("dim", new Settings.Given("8", "test"), "epochs", new Settings.Given("2", "test")));
  }

  @Test
  void aHistoryItemOfDreamContributesTheDropOfTheLiteralScore() throws IOException {
    Dream.Config config = Dream.Config.read(small());
    contributionsAreDropsOf(
        "dream",
        input -> new Dream(config, input),
        (data, leaves) -> {
          try (LiteralDream literal = new LiteralDream(config, data, Precision.FLOAT)) {
            Tensor nodes = literal.represented(leaves); // N × D
            Tensor items = nodes.narrow(0, data.users(), data.items());
            return Doubles.toArray(nodes.narrow(0, USER, 1).mm(items.t()));
          }
        });
  }

  @Test
  void aHistoryItemOfMrCsafContributesTheDropOfTheLiteralScore() throws IOException {
    MrCsaf.Config config = MrCsaf.Config.read(small());
    contributionsAreDropsOf(
        "mr-csaf",
        input -> new MrCsaf(config, input),
        (data, leaves) -> {
          try (LiteralMrCsaf literal =
              new LiteralMrCsaf(config, data, data.train(), Precision.FLOAT)) {
            return Doubles.toArray(literal.scores(leaves).narrow(0, USER, 1));
          }
        });
  }

  /**
   * An item's row holds its own users, so that only the user's interaction with an item itself
   * changes that item's score.
   */
  @Test
  void aHistoryItemOfCadmrContributesTheDropOfTheLiteralScore() throws IOException {
    Cadmr.Config config = Cadmr.Config.read(small());
    contributionsAreDropsOf(
        "cadmr",
        input -> new Cadmr(config, input),
        (data, leaves) -> {
          try (LiteralCadmr literal = new LiteralCadmr(config, data, Precision.FLOAT)) {
            return Doubles.toArray(literal.reconstruction(leaves, true).narrow(1, USER, 1));
          }
        });
  }

  /**
   * Trains, and compares what is explained of the recommended items and of the user's own, which
   * are never recommended.
   */
  private void contributionsAreDropsOf(
      String name, Function<ModelInput, Model> create, Literal literal) throws IOException {
    Path run = folder.resolve("run");
    Path shop = Shops.shop(folder, "image", "text");
    train(name, shop, run, "--set", "epochs=2", "--set", "dim=8");
    Dataset dataset = RunFolder.open(run).dataset();
    Interactions train = dataset.train();
    double[] whole;
    Map<Integer, double[]> without = new LinkedHashMap<>(); // scores by what is taken out
    try (Model parameters = create.apply(ModelInput.of(dataset.trainingView(), new Seed(7)));
        Scope scope = Scope.open()) {
      Map<String, Tensor> leaves = parameters.parameters().tensors();
      TensorFile.readInto(run.resolve("parameters.safetensors"), leaves);
      whole = scores(literal, dataset, train, leaves);
      for (int own : train.itemsOf(USER)) {
        without.put(own, scores(literal, dataset, train.without(USER, own), leaves));
      }
    }
    for (JsonNode one : explained(run)) {
      int item = one.path("item").asInt();
      assertThat(one.path("score").asDouble()).isCloseTo(whole[item], within(1e-5));
      List<Explanation.Contribution> history = new ArrayList<>();
      for (JsonNode each : one.path("why").path("history")) {
        history.add(
            new Explanation.Contribution(
                each.path("item").asText(), each.path("contribution").asDouble()));
      }
      areDrops(history, item, whole, without);
    }
    int[] items = train.itemsOf(USER);
    double largest = 0;
    try (Scorer scorer = StoredScorers.read(RunFolder.open(run), train);
        Explainer explainer = Explainer.of(RunFolder.open(run), "", dataset, scorer)) {
      List<Explanation> all = explainer.explain(USER, items);
      for (int k = 0; k < items.length; k++) {
        areDrops(all.get(k).history(), items[k], whole, without);
        largest = Math.max(largest, all.get(k).history().get(0).value());
      }
    }
    assertThat(largest).isGreaterThan(1e-3); // or nothing were compared
  }

  private static void areDrops(
      List<Explanation.Contribution> history,
      int item,
      double[] whole,
      Map<Integer, double[]> without) {
    List<Double> drops = new ArrayList<>();
    without.values().forEach(scores -> drops.add(whole[item] - scores[item]));
    drops.sort(Comparator.reverseOrder());
    assertThat(history).hasSize(2);
    for (int k = 0; k < 2; k++) {
      int own = Integer.parseInt(history.get(k).item());
      double drop = whole[item] - Objects.requireNonNull(without.get(own))[item];
      assertThat(history.get(k).value()).isCloseTo(drop, within(1e-5));
      assertThat(history.get(k).value()).isCloseTo(drops.get(k), within(1e-5));
    }
  }

  private static double[] scores(
      Literal literal, Dataset dataset, Interactions train, Map<String, Tensor> leaves) {
    TrainingView data = new TrainingView(train, dataset.features(), dataset.descriptions());
    return NoGradient.of(() -> literal.scores(data, leaves));
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
