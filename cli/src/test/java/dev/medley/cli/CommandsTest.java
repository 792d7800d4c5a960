package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.medley.formats.Sha256;
import dev.medley.models.Settings;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command prints. */
class CommandsTest extends CommandLineTest {
  private static final List<String> COMMANDS =
      List.of(
          "quickstart",
          "sample",
          "inspect",
          "features",
          "models",
          "train",
          "evaluate",
          "recommend",
          "compare",
          "ensemble");

  @Test
  void everyCommandHasHelpAndOneLineOfVersion() {
    assertThat(medley("--version").done().out()).isEqualTo("medley 0.1.0" + System.lineSeparator());
    assertThat(medley("--help").done().out()).contains(COMMANDS);
    assertThat(medley().done().out()).contains("Usage: medley");
    for (String command : COMMANDS) {
      Outcome version = medley(command, "--version").done();
      assertThat(version.out()).isEqualTo("medley 0.1.0" + System.lineSeparator());
      Outcome help = medley(command, "--help").done();
      assertThat(help.out()).startsWith("Usage: medley " + command);
      assertThat(help.errors()).isEmpty();
    }
  }

  @Test
  void modelsAreListedWithAllTheyNeed() throws IOException {
    JsonNode all = medley("models", "--json").done().json();
    List<String> names = new ArrayList<>();
    for (JsonNode model : all) {
      names.add(model.path("name").asText());
      assertThat(model.path("paper").asText()).isIn(papers());
      assertThat(model.path("year").asInt()).isBetween(2001, 2026);
      assertThat(model.path("paper").asText()).contains(model.path("year").asText());
      assertThat(model.path("needs").asText())
          .isIn("interactions", "features", "texts", "features, texts");
      assertThat(model.path("training").asText()).isIn("counts", "closed form", "gradient");
      assertThat(model.path("parity").asText()).isNotBlank();
      assertThat(model.size()).isEqualTo(6);
    }
    assertThat(names)
        .containsExactly(
            "popular",
            "itemknn",
            "itemknn-features",
            "ease",
            "ease-knn",
            "add-ease",
            "cease",
            "l3ae",
            "sparse-ease",
            "ials",
            "bpr",
            "lightgcn",
            "vbpr",
            "mmgcn",
            "grcn",
            "lattice",
            "freedom",
            "bm3",
            "dragon",
            "mgcn",
            "slmrec",
            "powerec",
            "i-autorec",
            "multvae",
            "glocal-k",
            "addvae",
            "dream",
            "mr-csaf",
            "cadmr");
    assertThat(medley("models").done().out()).contains(names);
  }

  /** The keys of docs/papers.md. */
  private static List<String> papers() throws IOException {
    Path file = Path.of("../docs/papers.md");
    return Pattern.compile("^\\*\\*([a-z0-9]+)\\*\\*", Pattern.MULTILINE)
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void modelsOfANamePrintsItsHyperparametersWithDefaultsAndRanges() throws IOException {
    JsonNode freedom = medley("models", "freedom", "--json").done().json();
    assertThat(freedom.path("name").asText()).isEqualTo("freedom");
    assertThat(freedom.path("training").asText()).isEqualTo("gradient");
    Map<String, String> allowed = new HashMap<>();
    for (JsonNode one : freedom.path("hyperparameters")) {
      allowed.put(
          one.path("name").asText(), one.path("default") + ", " + one.path("allowed").asText());
    }
    assertThat(allowed)
        .containsEntry("layers", "2, a whole number of at least 0")
        .containsEntry("learningRate", "0.002, a number above 0")
        .containsEntry("edgeDropout", "0.0, a number in [0, 1)")
        .containsEntry("freezeFeatures", "false, true or false")
        .containsEntry("featureScaling", "\"raw\", raw or zscore or l2 or zscore-l2")
        .containsEntry("modalityWeights", "\"auto\", auto or a list as image=0.1,text=0.9")
        .containsEntry("precision", "\"float32\", float32 or bf16")
        .containsEntry("mirrorGradient.beta", "0, a whole number of at least 0")
        .containsEntry("mirrorGradient.alpha1", "1.0, a number above 0")
        .containsEntry("mirrorGradient.alpha2", "0.1, a number above 0");

    assertThat(medley("models", "ease").done().out())
        .containsPattern("l2 +validation decides +a number above 0");
    assertThat(medley("models", "popular").done().out()).contains("no hyperparameters");
    for (Models.Entry<?> model : Models.all()) { // each is asked for what it records
      assertThat(model.hyperparameters().stream().map(Hyperparameter::name).toList())
          .containsAll(model.recipe(Settings.none()).settings().resolved().keySet());
      assertThat(model.hyperparameters()).noneMatch(one -> one.allowed().equals("a number"));
    }
  }

  @Test
  void inspectPrintsTheContractsKeys() throws IOException {
    Path shop = Shops.shop(folder, "text");
    Shops.features(shop, "image", Shops.ITEMS, 3);

    JsonNode report = medley("inspect", shop, "--json").done().json();

    assertThat(report.path("users").asInt()).isEqualTo(Shops.USERS);
    assertThat(report.path("items").asInt()).isEqualTo(Shops.ITEMS);
    assertThat(report.path("train").asInt()).isEqualTo(6 * Shops.USERS);
    assertThat(report.path("validation").asInt()).isEqualTo(Shops.USERS);
    assertThat(report.path("test").asInt()).isEqualTo(2 * Shops.USERS);
    assertThat(report.path("modalities").toString())
        .isEqualTo(
            "[{\"name\":\"image\",\"dimension\":5,\"present\":23},"
                + "{\"name\":\"text\",\"dimension\":5,\"present\":24}]");
    assertThat(report.path("warnings").toString())
        .isEqualTo("[\"image: missing for 1 of 24 items\"]");
    assertThat(medley("inspect", shop).done().out()).contains("users", "sparse", "x_label");
  }

  @Test
  void inspectWarnsWhereNothingCanBeMeasured() throws IOException {
    Path shop =
        Shops.write(folder, "shop", List.of("userID\titemID\tx_label", "0\t0\t0", "0\t1\t0"));
    assertThat(medley("inspect", shop, "--json").done().json().path("warnings").toString())
        .isEqualTo(
            "[\"no validation interactions: nothing stops training early or decides settings\","
                + "\"no test interactions: no model can be measured\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "temporal", "leave-one-out"})
  void inspectCountsTheSplitThatTrainUses(String split) throws IOException {
    List<String> lines = new ArrayList<>(List.of("userID\titemID\ttimestamp"));
    List<String> labelled = Shops.lines();
    for (int k = 1; k < labelled.size(); k++) {
      String line = labelled.get(k);
      lines.add(line.substring(0, line.lastIndexOf('\t')) + "\t" + (k * 37) % 101);
    }
    Path shop = Shops.write(folder, "shop", lines);
    Path run = folder.resolve("run");
    train("popular", shop, run, "--split", split);

    JsonNode inspection = medley("inspect", shop, "--split", split, "--json").done().json();
    assertThat(trainingInteractions(run)).isEqualTo(inspection.path("train").asInt());
    assertThat(json(run.resolve("run.json")).path("split")).isEqualTo(inspection.path("split"));
    assertThat(inspection.path("split").asText()).startsWith(split);
    assertThat(
            inspection.path("train").asInt()
                + inspection.path("validation").asInt()
                + inspection.path("test").asInt())
        .isEqualTo(lines.size() - 1);
  }

  /** As the run keeps them: what recommendations leave out. */
  private static int trainingInteractions(Path run) throws IOException {
    return RunFolder.open(run).dataset().train().size();
  }

  @Test
  void recommendationsAreInOrderAndHoldNoTrainingItem() throws IOException {
    Path shop = Shops.shop(folder);
    Path run = folder.resolve("run");
    train("lightgcn", shop, run, "--set", "epochs=2");
    for (int user = 0; user < 5; user++) {
      Set<String> training = new HashSet<>();
      for (String line : Shops.lines()) {
        if (line.startsWith(user + "\t") && line.endsWith("\t0")) {
          training.add(line.split("\t", -1)[1]);
        }
      }

      JsonNode answer =
          medley("recommend", run, "--user", user, "-k", 1000, "--json").done().json();

      assertThat(answer.path("user").asText()).isEqualTo(Integer.toString(user));
      List<String> items = new ArrayList<>();
      double last = Double.POSITIVE_INFINITY;
      for (JsonNode item : answer.path("items")) {
        items.add(item.path("item").asText());
        assertThat(item.path("item").isTextual()).isTrue();
        assertThat(item.path("score").asDouble()).isLessThanOrEqualTo(last);
        last = item.path("score").asDouble();
      }
      assertThat(items).doesNotHaveDuplicates().hasSize(Shops.ITEMS - training.size());
      assertThat(items).doesNotContainAnyElementsOf(training);
    }
    assertThat(medley("recommend", run, "--user", 1).done().out().lines()).hasSize(1 + 10);
    assertThat(medley("recommend", run, "--user", 1, "-k", 3).done().out().lines()).hasSize(1 + 3);
  }

  /** Puts {@code content} in place of a run's features and makes its checksum right again. */
  private static void replaceFeatures(Path run, String content) throws IOException {
    Path features = run.resolve("features.safetensors");
    String old = Sha256.ofFile(features);
    Files.writeString(features, content);
    Path summary = run.resolve("run.json");
    Files.writeString(summary, Files.readString(summary).replace(old, Sha256.ofFile(features)));
  }

  @Test
  void recommendChecksTheWholeRunButDoesNotReadItsFeatures() throws IOException {
    Path run = folder.resolve("run");
    train("lightgcn", Shops.shop(folder, "image"), run, "--set", "epochs=1");
    String expected = medley("recommend", run, "--user", 1).done().out();

    replaceFeatures(run, "whatever");
    assertThat(medley("recommend", run, "--user", 1).done().out()).isEqualTo(expected);
    assertRefused(List.of("evaluate", run), "features.safetensors");

    Files.writeString(run.resolve("features.safetensors"), "changed afterwards");
    assertRefused(List.of("recommend", run, "--user", 1), "features.safetensors: expected SHA-256");
  }

  @Test
  void evaluateSaysWhyThereIsNoDiversityWhereTheRunKeepsNoFeatures() throws IOException {
    Path run = folder.resolve("run");
    train("lightgcn", Shops.shop(folder, "image"), run, "--set", "epochs=1");
    Outcome before = medley("evaluate", run, "--json").done();
    assertThat(before.json().path("test").path("diversity@20").isNumber()).isTrue();
    assertThat(before.err()).isEmpty();

    Files.delete(run.resolve("features.safetensors"));
    Path summary = run.resolve("run.json");
    Files.writeString(
        summary,
        Files.readString(summary)
            .replaceAll("(?m)^.*\"features.safetensors\".*\n", "")
            .replaceAll("\"features_omitted\" : false", "\"features_omitted\" : true"));
    Outcome after = medley("evaluate", run, "--json").done();
    assertThat(after.json().path("test").path("diversity@20").isNull()).isTrue();
    assertThat(after.json().path("test").path("recall@20"))
        .isEqualTo(before.json().path("test").path("recall@20"));
    assertThat(after.errors())
        .containsExactly(
            "warning: diversity is not measured: "
                + run
                + " keeps no features, as those of its dataset take more than 512 MiB");
  }

  @Test
  void compareTrainsPrintsATableAndKeepsWhatIsThere() throws IOException {
    Path shop = Shops.shop(folder, "image");
    Object[] command = {
      "compare",
      shop,
      "--models",
      "popular,itemknn,itemknn-features",
      "--seeds",
      "1,2",
      "--out",
      folder.resolve("all"),
      "--threads",
      1
    };
    Outcome first = medley(command).done();
    Map<String, String> before = tree(folder);
    Outcome second = medley(command).done();

    List<String> lines = first.out().lines().toList();
    assertThat(lines.get(0)).contains("model", "seeds", "recall@20", "ndcg@20", "s/evaluation");
    assertThat(lines.get(1)).startsWith("popular ").contains(" ± ");
    assertThat(first.out()).contains("recall@20 against popular", "p (Holm)");
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(tree(folder)).isEqualTo(before);
    assertThat(folder.resolve("all/shop-itemknn-2/metrics.json")).exists();
  }

  @Test
  void compareOfOtherRunsIsRefusedBeforeItTrains() throws IOException {
    Path shop = Shops.shop(folder, "image");
    Path all = folder.resolve("all");
    train("itemknn", shop, all.resolve("shop-itemknn-1"), "--set", "shrink=3");
    assertRefused(
        List.of(
            "compare",
            shop,
            "--models",
            "popular,itemknn",
            "--seeds",
            1,
            "--out",
            all,
            "--threads",
            1),
        "a run of another request is there already: expected shrink 3");
  }

  @Test
  @Tag("slow") // encodes 600 texts with MiniLM
  void sampleIsADatasetThatCanBeInspected() throws IOException {
    Path sample = folder.resolve("sample");
    assertThat(medley("sample", sample).done().out()).contains(sample.toString());
    JsonNode report = medley("inspect", sample, "--json").done().json();
    assertThat(report.path("users").asInt()).isEqualTo(1200);
    assertThat(report.path("modalities").size()).isEqualTo(2);
    assertThat(report.path("modalities").path(0).path("encoder").asText()).isEqualTo("descriptor");
    assertThat(report.path("modalities").path(1).path("encoder").asText()).isEqualTo("minilm");
    assertThat(report.path("pictures").path("present").asInt()).isEqualTo(588);
    assertThat(sample.resolve("items.tsv")).exists();
  }

  @Test
  @Tag("slow") // trains three models on the sample
  void quickstartGoesTheWholeWayAndASecondTimeAtOnce() throws IOException {
    Path out = folder.resolve("quick");
    Outcome first = medley("quickstart", "--out", out, "--threads", 2).done();
    assertThat(first.out())
        .contains(
            "1200 users", "lightgcn", "freedom", "recall@20", "dream", "10 products that dream");
    assertThat(out.resolve("data/dataset.json")).exists();
    assertThat(out.resolve("runs/freedom/metrics.json")).exists();
    assertThat(Files.readString(out.resolve("report.txt"))).isEqualTo(first.out());
    Map<String, String> before = tree(out);

    Outcome second = medley("quickstart", "--out", out, "--threads", 2).done();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(second.errors()).isEmpty();
    assertThat(tree(out)).isEqualTo(before);
  }
}
