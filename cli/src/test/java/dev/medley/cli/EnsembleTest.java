package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.medley.core.Dataset;
import dev.medley.core.Scorer;
import dev.medley.data.FolderDraft;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ensemble}, and what the other commands do with its run. */
class EnsembleTest extends CommandLineTest {
  private static final int USER = 4;

  private Path shop = Path.of("");
  private Path runs = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void openShop() throws IOException {
    shop = Shops.shop(folder, "image", "text");
    runs = folder.resolve("runs");
    out = folder.resolve("all");
  }

  private Path trained(String model, String... settings) {
    Path run = runs.resolve(model);
    List<Object> more = new ArrayList<>();
    for (String setting : settings) {
      more.addAll(List.of("--set", setting));
    }
    train(model, shop, run, more.toArray());
    return run;
  }

  private List<Path> three() {
    return List.of(
        trained("lightgcn", "epochs=3", "dim=8"), trained("ease", "l2=5"), trained("itemknn"));
  }

  private Outcome fuse(List<Path> members, Object... more) {
    List<Object> all = new ArrayList<>(List.of("ensemble"));
    all.addAll(members);
    all.addAll(List.of("--out", out, "--threads", 1));
    all.addAll(List.of(more));
    return medley(all.toArray());
  }

  private static Map<String, Double> weights(JsonNode made) {
    Map<String, Double> weights = new LinkedHashMap<>();
    for (JsonNode member : made.path("members")) {
      weights.put(member.path("name").asText(), member.path("weight").asDouble());
    }
    return weights;
  }

  /** A user's scores by a finished run. */
  private static float[] scores(Path run, int user) throws IOException {
    RunFolder opened = RunFolder.open(run);
    Dataset dataset = opened.dataset();
    try (Scorer scorer = StoredScorers.read(opened, dataset.train())) {
      float[] scores = new float[scorer.items()];
      scorer.score(new int[] {user}, scores);
      return scores;
    }
  }

  private static double[] standardized(float[] scores) {
    double mean = 0;
    for (float score : scores) {
      mean += score / (double) scores.length;
    }
    double variance = 0;
    for (float score : scores) {
      variance += (score - mean) * (score - mean) / scores.length;
    }
    double[] values = new double[scores.length];
    for (int k = 0; k < values.length; k++) {
      values[k] = (scores[k] - mean) / Math.sqrt(variance);
    }
    return values;
  }

  @Test
  void scoresAreTheWeightedSumOfTheMembersStandardizedScores() throws IOException {
    List<Path> members = three();
    JsonNode made = fuse(members, "--json").done().json();
    Map<String, Double> weights = weights(made);
    assertThat(weights.keySet()).containsExactly("lightgcn", "ease", "itemknn");
    assertThat(weights.values()).allMatch(weight -> weight >= 0);
    assertThat(weights.values().stream().mapToDouble(weight -> weight).sum())
        .isCloseTo(1, within(1e-9));
    float[] fused = scores(out, USER);
    double[] expected = new double[fused.length];
    for (Path member : members) {
      double[] values = standardized(scores(member, USER));
      for (int item = 0; item < expected.length; item++) {
        expected[item] +=
            weights.getOrDefault(String.valueOf(member.getFileName()), Double.NaN) * values[item];
      }
    }
    for (int item = 0; item < expected.length; item++) {
      assertThat((double) fused[item]).isCloseTo(expected[item], within(1e-5));
    }
  }

  @Test
  void weightsAreTheBestOfThoseMeasuredOnValidationAndTheHistoryTellsAll() throws IOException {
    JsonNode made = fuse(three(), "--json").done().json();
    List<String> lines = history(out);
    List<String> columns = List.of(lines.get(0).split(",", -1));
    assertThat(columns)
        .startsWith("phase", "epoch", "weight-lightgcn", "weight-ease", "weight-itemknn");
    int recall = columns.indexOf("recall@20");
    int ndcg = columns.indexOf("ndcg@20");
    String[] best = new String[0];
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      assertThat(cells[0]).isEqualTo("weights");
      if (best.length == 0
          || number(cells, recall) > number(best, recall)
          || (number(cells, recall) == number(best, recall)
              && number(cells, ndcg) > number(best, ndcg))) {
        best = cells;
      }
    }
    assertThat(lines).hasSizeGreaterThan(4); // all alike, and each alone, among them
    assertThat(weights(made).values())
        .containsExactly(number(best, 2), number(best, 3), number(best, 4));
    assertThat(made.path("validation").path("recall@20").asDouble())
        .isEqualTo(number(best, recall));
    for (JsonNode member : made.path("members")) {
      assertThat(made.path("validation").path("recall@20").asDouble())
          .isGreaterThanOrEqualTo(member.path("validation").path("recall@20").asDouble());
    }
    assertThat(json(out.resolve("request.json")).path("hyperparameters").path("weights").asText())
        .isEqualTo("validation");
  }

  private static double number(String[] cells, int column) {
    return Double.parseDouble(cells[column]);
  }

  @Test
  void sameMembersGiveTheSameBytesOfMetrics() throws IOException {
    List<Path> members = three();
    fuse(members).done();
    String first = metrics(out);
    byte[] perUser = Files.readAllBytes(out.resolve("per_user.npy"));
    FolderDraft.deleteAll(out);
    fuse(members).done();
    assertThat(metrics(out)).isEqualTo(first);
    assertThat(Files.readAllBytes(out.resolve("per_user.npy"))).isEqualTo(perUser);
  }

  @Test
  void standsAloneAfterItsMembersAndTheDatasetAreGone() throws IOException {
    List<Path> members = three();
    Outcome made = fuse(members).done();
    assertThat(made.out()).contains(out.toString(), "member", "weight", "lightgcn", "validation");
    assertThat(made.errors()).isEmpty();
    JsonNode expected = json(out.resolve("metrics.json")).path("test");
    FolderDraft.deleteAll(runs);
    FolderDraft.deleteAll(shop);

    JsonNode evaluated = medley("evaluate", out, "--json", "--threads", 1).done().json();
    assertThat(evaluated.path("test").fieldNames()).toIterable().hasSizeGreaterThan(20);
    expected
        .fieldNames()
        .forEachRemaining(
            key ->
                assertThat(evaluated.path("test").path(key)).as(key).isEqualTo(expected.path(key)));
    medley("evaluate", out, "--split", "validation", "--slices").done();
    JsonNode recommended =
        medley("recommend", out, "--user", USER, "-k", 5, "--explain", "--json").done().json();
    assertThat(recommended.path("items")).hasSize(5);
    for (JsonNode item : recommended.path("items")) {
      double score = item.path("score").asDouble();
      double summands = 0;
      double shares = 0;
      List<String> parts = new ArrayList<>();
      for (JsonNode share : item.path("why").path("shares")) {
        parts.add(share.path("part").asText());
        summands += share.path("summand").asDouble();
        shares += share.path("share").asDouble();
      }
      assertThat(parts).containsExactly("lightgcn", "ease", "itemknn");
      assertThat(summands).isCloseTo(score, within(1e-5));
      assertThat(shares).isCloseTo(1, within(1e-9));
      assertThat(item.path("why").path("history")).hasSize(2);
    }
    assertThat(medley("recommend", out, "--user", USER, "--explain").done().out())
        .contains("lightgcn", "because of");

    for (String format : List.of("npy", "parquet")) {
      medley("export", out, "--format", format, "--out", folder.resolve(format)).done();
    }
    assertThat(folder.resolve("npy/per_user.npy")).exists();
    assertThat(folder.resolve("npy/users.npy")).doesNotExist(); // it has no vectors
    assertThat(folder.resolve("parquet/items.parquet")).exists();
  }

  /** The contribution of an interaction is the drop of the fused score, taken here by hand. */
  @Test
  void historyTellsHowFarTheFusedScoreDropsWithoutAnInteraction() throws IOException {
    List<Path> members = List.of(trained("ease", "l2=5"), trained("itemknn", "neighbors=5"));
    Map<String, Double> weights = weights(fuse(members, "--json").done().json());
    JsonNode item =
        medley("recommend", out, "--user", USER, "-k", 1, "--explain", "--json")
            .done()
            .json()
            .path("items")
            .path(0);
    RunFolder run = RunFolder.open(out);
    Dataset dataset = run.dataset();
    int recommended = dataset.items().indexOf(item.path("item").asText());
    JsonNode first = item.path("why").path("history").path(0);
    int without = dataset.items().indexOf(first.path("item").asText());
    double left = 0;
    for (Path member : members) {
      RunFolder opened = RunFolder.open(member);
      try (Scorer scorer = StoredScorers.read(opened, dataset.train().without(USER, without))) {
        float[] scores = new float[scorer.items()];
        scorer.score(new int[] {USER}, scores);
        left +=
            weights.getOrDefault(String.valueOf(member.getFileName()), Double.NaN)
                * standardized(scores)[recommended];
      }
    }
    assertThat(first.path("contribution").asDouble())
        .isCloseTo(item.path("score").asDouble() - left, within(1e-5));
  }

  @Test
  void membersThatCannotBeMadeAgainGiveSharesWithoutHistory() throws IOException {
    fuse(List.of(trained("popular"), trained("ials", "dim=4", "alpha=4"))).done();
    JsonNode why =
        medley("recommend", out, "--user", USER, "-k", 1, "--explain", "--json")
            .done()
            .json()
            .path("items")
            .path(0)
            .path("why");
    assertThat(why.path("shares")).hasSize(2);
    assertThat(why.path("history")).isEmpty();
  }

  @Test
  void aMemberWithoutWeightNeedNotTellOfHistories() throws IOException {
    fuse(List.of(trained("popular"), trained("ease", "l2=5"))).done();
    ObjectNode run = (ObjectNode) json(out.resolve("run.json"));
    ((ObjectNode) run.path("hyperparameters").path("weights")).put("popular", 0.0).put("ease", 1.0);
    Files.writeString(out.resolve("run.json"), run.toString());
    String[] arguments = {"--user", "" + USER, "-k", "1", "--explain", "--json"};

    JsonNode fused = why(out, arguments);
    JsonNode alone = why(runs.resolve("ease"), arguments);

    assertThat(fused.path("history")).hasSize(2);
    for (int k = 0; k < 2; k++) {
      assertThat(fused.path("history").path(k).path("item"))
          .isEqualTo(alone.path("history").path(k).path("item"));
    }
    assertThat(fused.path("shares").path(0).path("part").asText()).isEqualTo("popular");
    assertThat(fused.path("shares").path(0).path("summand").toString()).isEqualTo("0.0");
  }

  private static JsonNode why(Path run, String... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("recommend", run));
    all.addAll(List.of(arguments));
    return medley(all.toArray()).done().json().path("items").path(0).path("why");
  }

  @Test
  void compareTakesItAsARowOfItsOwn() throws IOException {
    fuse(List.of(trained("ease", "l2=5"), trained("itemknn"))).done();
    List<Object> command = new ArrayList<>();
    command.addAll(List.of("compare", shop, "--models", "popular", "--seeds", 1, "--threads", 1));
    command.addAll(List.of("--out", folder.resolve("compared"), "--runs", out));
    List<String> lines = medley(command.toArray()).done().out().lines().toList();
    assertThat(lines.get(2)).startsWith("all ");
    assertThat(lines).anyMatch(line -> line.startsWith("all ") && line.contains("["));
    Path other = Shops.write(folder, "other", Shops.lines().subList(0, 200));
    assertRefused(
        List.of("compare", other, "--models", "popular", "--threads", 1, "--runs", out),
        "--runs: expected runs on other (content ",
        "split x_label), got " + out + " of shop (content ");
  }

  @Test
  void membersOfOtherDataAreRefusedInOneSentenceAndNothingIsLeft() throws IOException {
    Path ease = trained("ease", "l2=5");
    Path other = Shops.write(folder, "other", Shops.lines().subList(0, 200));
    Path elsewhere = folder.resolve("elsewhere");
    train("itemknn", other, elsewhere);
    refused(
        List.of(ease, elsewhere),
        "RUN: expected runs on one dataset, got shop (SHA-256 ",
        "and other (SHA-256 ",
        "train both alike");
    Path split = folder.resolve("split");
    train("itemknn", shop, split, "--split", "random", "--split-seed", 3);
    refused(List.of(ease, split), "RUN: expected runs with one split, got x_label for ");
    refused(List.of(ease, ease), "RUN: expected each once, got " + ease + " twice");
    refused(List.of(ease, runs), "expected the folder of a run");
    fuse(List.of(ease, trained("itemknn"))).done();
    Path ensemble = out;
    out = folder.resolve("second");
    refused(List.of(ease, ensemble), "RUN: expected runs of single models, got the ensemble ");
    out = ensemble;
    refused(List.of(ease, runs.resolve("itemknn")), "--out: expected a path where nothing is yet");
    Files.delete(runs.resolve("itemknn/run.json"));
    out = folder.resolve("second");
    refused(
        List.of(ease, runs.resolve("itemknn")), "expected a finished run, got an unfinished one");
  }

  private void refused(List<Path> members, String... parts) throws IOException {
    List<Object> all = new ArrayList<>(List.of("ensemble"));
    all.addAll(members);
    all.addAll(List.of("--out", out, "--threads", 1));
    assertRefused(all, parts);
  }

  @Test
  void aDamagedMemberIsRefusedAndADamagedEnsembleToo() throws IOException {
    List<Path> members = List.of(trained("ease", "l2=5"), trained("itemknn"));
    fuse(members).done();
    Path file = out.resolve("members/ease/weights.safetensors");
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
    assertRefused(List.of("evaluate", out), "members/ease/weights.safetensors: expected SHA-256");
    Files.write(members.get(0).resolve("weights.safetensors"), content);
    out = folder.resolve("second");
    refused(members, "weights.safetensors: expected SHA-256");
  }
}
