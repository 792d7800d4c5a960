package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.medley.engine.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code train} leaves behind, and that it leaves the same each time. */
class TrainTest extends CommandLineTest {
  private static final List<String> ACCURACY =
      List.of("recall", "ndcg", "precision", "hitrate", "map", "mrr");

  @Test
  void runHasTheFilesAndFieldsOfTheContract() throws IOException {
    Path shop = Shops.shop(folder, "image", "text");
    Path run = folder.resolve("run");

    Outcome outcome =
        train("lightgcn", shop, run, "--seed", 3, "--set", "epochs=2", "--set", "dim=8");

    assertThat(outcome.out()).contains(run.toString(), "validation", "test", "recall@20");
    JsonNode metrics = json(run.resolve("metrics.json"));
    for (String split : List.of("validation", "test")) {
      for (String metric : ACCURACY) {
        for (int k : new int[] {5, 10, 20, 50}) {
          assertThat(metrics.path(split).path(metric + "@" + k).isNumber())
              .as("%s %s@%d", split, metric, k)
              .isTrue();
        }
      }
      for (String metric : List.of("coverage", "gini", "arp", "novelty", "diversity")) {
        assertThat(metrics.path(split).path(metric + "@20").isNumber()).as(metric).isTrue();
      }
    }
    JsonNode summary = json(run.resolve("run.json"));
    assertThat(summary.path("model").asText()).isEqualTo("lightgcn");
    assertThat(summary.path("dataset").asText()).isEqualTo("shop");
    assertThat(summary.path("dataset_sha256").asText()).matches("[0-9a-f]{64}");
    assertThat(summary.path("seed").asInt()).isEqualTo(3);
    assertThat(summary.path("threads").asInt()).isEqualTo(1);
    assertThat(summary.path("device").asText()).isEqualTo("cpu");
    assertThat(summary.path("epochs").asInt()).isEqualTo(2);
    assertThat(summary.path("best_epoch").asInt()).isBetween(1, 2);
    assertThat(summary.path("parameters").asInt()).isEqualTo((Shops.USERS + Shops.ITEMS) * 8);
    for (String figure : List.of("seconds_per_epoch", "seconds_per_evaluation", "peak_rss_mb")) {
      assertThat(summary.path(figure).asDouble()).as(figure).isPositive();
    }
    assertThat(summary.path("hyperparameters").path("epochs").asInt()).isEqualTo(2);
    assertThat(summary.path("hyperparameters").path("dim").asInt()).isEqualTo(8);
    assertThat(summary.path("hyperparameters").path("evaluateEvery").asInt()).isEqualTo(1);
    assertThat(run.resolve("checkpoint")).doesNotExist();
  }

  @Test
  void historyHasALinePerEvaluationAndThePhaseFirst() throws IOException {
    Path shop = Shops.shop(folder);
    train("lightgcn", shop, folder.resolve("run"), "--set", "epochs=3");

    List<String> lines = history(folder.resolve("run"));
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("phase,epoch,bpr,l2,").endsWith(",seconds");
    assertThat(lines.get(0)).contains("recall@20", "ndcg@20").doesNotContain("coverage");
    assertThat(lines.subList(1, 4))
        .extracting(line -> line.substring(0, 8))
        .containsExactly("train,1,", "train,2,", "train,3,");
  }

  @Test
  void lastEpochIsEvaluatedWhateverTheInterval() throws IOException {
    Path shop = Shops.shop(folder);
    Path run = folder.resolve("run");
    train("bpr", shop, run, "--set", "epochs=7", "--set", "evaluateEvery=3");

    assertThat(history(run).stream().skip(1).map(line -> line.split(",", -1)[1]))
        .containsExactly("3", "6", "7");
    assertThat(json(run.resolve("run.json")).path("epochs").asInt()).isEqualTo(7);
  }

  @Test
  void closedFormsHaveNullsForWhatDoesNotApply() throws IOException {
    Path shop = Shops.shop(folder, "image");
    for (String model : List.of("popular", "itemknn", "itemknn-features")) {
      Path run = folder.resolve(model);
      train(model, shop, run);

      JsonNode summary = json(run.resolve("run.json"));
      for (String field : List.of("epochs", "best_epoch", "seconds_per_epoch")) {
        assertThat(summary.has(field)).as("%s has %s", model, field).isTrue();
        assertThat(summary.path(field).isNull()).as("%s %s", model, field).isTrue();
      }
      assertThat(summary.path("parameters").asInt()).isZero();
      assertThat(summary.path("seconds_per_evaluation").asDouble()).isPositive();
      assertThat(history(run).get(0)).startsWith("phase,epoch,");
    }
  }

  @Test
  void whatValidationDecidedIsRecorded() throws IOException {
    Path shop = Shops.shop(folder);
    train("itemknn", shop, folder.resolve("open"));
    train("itemknn", shop, folder.resolve("half"), "--set", "shrink=7");

    JsonNode open = json(folder.resolve("open/run.json")).path("hyperparameters");
    assertThat(open.path("neighbors").asInt()).isEqualTo(20);
    assertThat(open.path("shrink").asDouble()).isIn(0.0, 10.0, 100.0, 1000.0);
    assertThat(history(folder.resolve("open"))).hasSize(1 + 4);
    JsonNode half = json(folder.resolve("half/run.json")).path("hyperparameters");
    assertThat(half.path("neighbors").isInt()).isTrue();
    assertThat(half.path("shrink").asDouble()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpr", "vbpr", "freedom"})
  void oneSeedGivesTheSameBytesAndAnotherOthers(String model) throws IOException {
    Path shop = Shops.shop(folder, "image", "text");
    for (String run : List.of("first", "second")) {
      train(model, shop, folder.resolve(run), "--seed", 1, "--set", "epochs=2", "--set", "dim=8");
    }
    train(model, shop, folder.resolve("other"), "--seed", 2, "--set", "epochs=2", "--set", "dim=8");

    assertThat(folder.resolve("second/metrics.json"))
        .hasSameBinaryContentAs(folder.resolve("first/metrics.json"));
    assertThat(folder.resolve("second/parameters.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("first/parameters.safetensors"));
    assertThat(metrics(folder.resolve("other"))).isNotEqualTo(metrics(folder.resolve("first")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lightgcn", "itemknn"})
  void evaluateAndRecommendNeedNoDataset(String model) throws IOException {
    Path shop = Shops.shop(folder, "image");
    Path run = folder.resolve("run");
    if (model.equals("itemknn")) {
      train(model, shop, run);
    } else {
      train(model, shop, run, "--set", "epochs=2");
    }
    Outcome before = medley("recommend", run, "--user", 4, "--json").done();

    Files.move(shop, folder.resolve("gone"));

    assertThat(medley("recommend", run, "--user", 4, "--json").done()).isEqualTo(before);
    for (String split : List.of("test", "validation")) {
      JsonNode again = medley("evaluate", run, "--split", split, "--json").done().json();
      assertThat(again.path(split)).isEqualTo(json(run.resolve("metrics.json")).path(split));
      assertThat(again.path("mask").asText()).isEqualTo("train");
    }
    JsonNode masked = medley("evaluate", run, "--mask", "validation", "--json").done().json();
    assertThat(masked.path("mask").asText()).isEqualTo("train, validation");
    assertThat(masked.path("test")).isNotEqualTo(json(run.resolve("metrics.json")).path("test"));
    assertThat(medley("evaluate", run, "--slices", "--json").done().json().path("slices").size())
        .isPositive();
    assertThat(medley("evaluate", run).done().out()).contains("recall@20", "training items");
  }

  @Test
  void batchOfUsersScoresLikeEachAlone() throws IOException {
    Path run = folder.resolve("run");
    train("lightgcn", Shops.shop(folder), run, "--set", "epochs=2");
    JsonNode test = json(run.resolve("metrics.json")).path("test");
    List<String> lines = Shops.lines();
    double recall = 0;
    for (int user = 0; user < Shops.USERS; user++) {
      Set<String> relevant = new TreeSet<>();
      for (String line : lines) {
        if (line.startsWith(user + "\t") && line.endsWith("\t2")) {
          relevant.add(line.split("\t", -1)[1]);
        }
      }
      int hits = 0;
      for (JsonNode item :
          medley("recommend", run, "--user", user, "-k", 5, "--json").done().json().path("items")) {
        hits += relevant.contains(item.path("item").asText()) ? 1 : 0;
      }
      recall += (double) hits / relevant.size() / Shops.USERS;
    }
    assertThat(test.path("recall@5").asDouble()).isCloseTo(recall, Offset.offset(1e-9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lightgcn", "freedom"})
  void heldOutInteractionsDoNotReachTheParameters(String model) throws IOException {
    List<String> lines = Shops.lines();
    List<String> changed = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split("\t", -1);
      if (fields[2].equals("1") || fields[2].equals("2")) {
        int item = Integer.parseInt(fields[1]);
        changed.add(fields[0] + "\t" + (item + 1) % Shops.ITEMS + "\t" + fields[2]);
      } else {
        changed.add(line);
      }
    }
    Path shop = Shops.write(folder, "shop", lines, "image");
    Path other = Shops.write(folder, "other", changed, "image");

    train(model, shop, folder.resolve("a"), "--set", "epochs=1", "--set", "batchSize=32");
    train(model, other, folder.resolve("b"), "--set", "epochs=1", "--set", "batchSize=32");

    assertThat(folder.resolve("b/parameters.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("a/parameters.safetensors"));
    assertThat(metrics(folder.resolve("b"))).isNotEqualTo(metrics(folder.resolve("a")));
  }

  @Test
  void noHandleIsLeftAfterACommandThatWorkedOrFailed() throws IOException {
    Path shop = Shops.shop(folder, "image");
    train("popular", shop, folder.resolve("first")); // loads what stays
    long before = Scope.liveHandles();

    for (String model : List.of("lightgcn", "freedom", "vbpr", "itemknn-features")) {
      String[] settings =
          model.startsWith("item") ? new String[0] : new String[] {"--set", "epochs=2"};
      train(model, shop, folder.resolve(model), (Object[]) settings);
      medley("recommend", folder.resolve(model), "--user", 1).done();
      medley("evaluate", folder.resolve(model)).done();
    }
    assertThat(Scope.liveHandles()).as("after work").isEqualTo(before);

    for (String model : List.of("lightgcn", "freedom", "vbpr")) {
      medley(diverging(model, shop)).failedWith("training diverged");
      medley("train", model, shop, "--out", folder.resolve(model));
    }
    medley("train", "freedom", shop, "--out", folder.resolve("x"), "--set", "neighbors=24");
    assertThat(Scope.liveHandles()).as("after failure").isEqualTo(before);
  }

  private Object[] diverging(String model, Path shop) {
    return new Object[] {
      "train",
      model,
      shop,
      "--out",
      folder.resolve("diverged-" + model),
      "--threads",
      1,
      "--set",
      "learningRate=1e30",
      "--set",
      "batchSize=32"
    };
  }

  @Test
  void divergedTrainingNamesTermEpochAndBatchAndIsNoFinishedRun() throws IOException {
    Path shop = Shops.shop(folder);

    medley(diverging("lightgcn", shop))
        .failedWith("medley train: training diverged: loss term ", "epoch 1, batch 2", "smaller");
    assertRefused(
        List.of("evaluate", folder.resolve("diverged-lightgcn")),
        "expected a finished run, got an unfinished one");

    medley(
            "train",
            "bpr",
            shop,
            "--out",
            folder.resolve("at-evaluation"),
            "--set",
            "learningRate=1e30")
        .failedWith("training diverged: scores are not finite", "epoch 1, batch 1");
  }

  /** Features so large that the smallest penalties of those tried are lost in float32. */
  @Test
  void aClosedFormGoesOnWithTheCandidatesThatCanBeFitted() throws IOException {
    Path shop = Shops.shop(folder);
    float[][] alike = new float[Shops.ITEMS][2];
    for (float[] row : alike) {
      Arrays.fill(row, 3000);
    }
    Shops.features(shop, "image", alike);
    Outcome done =
        medley(
                "train",
                "add-ease",
                shop,
                "--threads",
                1,
                "--out",
                folder.resolve("run"),
                "--set",
                "featureScaling=raw",
                "--set",
                "l2=5")
            .done();
    assertThat(done.errors())
        .filteredOn(line -> line.startsWith("warning: features 1 of 40 left out: featureL2: "))
        .hasSize(1);
    assertThat(done.errors()).anyMatch(line -> line.contains("features 40 of 40, validation"));
    assertThat(Files.readAllLines(folder.resolve("run/history.csv")))
        .hasSize(41)
        .filteredOn(line -> line.matches("features,\\d+,,.*"))
        .first()
        .asString()
        .matches("features,1,,+\\d.*"); // no metric, and its seconds
  }

  @Test
  void textIdsAndTitlesComeBack() throws IOException {
    Path shop = Shops.write(folder, "shop", Shops.lines("anna-%d", "p%d"), "image");
    List<String> items = new ArrayList<>(List.of("id\ttitle"));
    for (int item = 0; item < Shops.ITEMS; item++) {
      items.add("p" + item + "\tThe product " + item);
    }
    Files.write(shop.resolve("items.tsv"), items);
    Path run = folder.resolve("run");
    train("itemknn-features", shop, run);

    assertThat(medley("recommend", run, "--user", "anna-3").done().out())
        .containsPattern("p\\d+  The product \\d+");
    JsonNode answer = medley("recommend", run, "--user", "anna-3", "--json").done().json();
    assertThat(answer.path("user").asText()).isEqualTo("anna-3");
    JsonNode best = answer.path("items").path(0);
    assertThat(best.path("item").asText()).matches("p\\d+");
    assertThat(best.path("title").asText())
        .isEqualTo("The product " + best.path("item").asText().substring(1));
  }

  @Test
  void oddUserIdsAreTakenAsTheyAre() throws IOException {
    List<String> lines = new ArrayList<>(Shops.lines());
    for (String item : List.of("1", "3", "5")) {
      lines.add("@home\t" + item + "\t0");
      lines.add("-1\t" + item + "\t0");
    }
    Path run = folder.resolve("run");
    train("popular", Shops.write(folder, "shop", lines), run);

    for (String user : List.of("@home", "-1")) {
      assertThat(medley("recommend", run, "--user=" + user, "--json").done().json().path("user"))
          .isEqualTo(new ObjectMapper().getNodeFactory().textNode(user));
    }
    assertThat(medley("recommend", run, "--user", "@home").done().errors()).isEmpty();
  }

  @Test
  void datasetWithoutLabelsIsSplitAlikeWhateverTheSeed() throws IOException {
    List<String> lines =
        Shops.lines().stream().map(line -> line.substring(0, line.lastIndexOf('\t'))).toList();
    Path shop = Shops.write(folder, "shop", lines);
    train("popular", shop, folder.resolve("a"), "--seed", 1);
    train("popular", shop, folder.resolve("b"), "--seed", 2);
    train("popular", shop, folder.resolve("c"), "--seed", 1, "--split-seed", 5);

    assertThat(metrics(folder.resolve("b"))).isEqualTo(metrics(folder.resolve("a")));
    assertThat(metrics(folder.resolve("c"))).isNotEqualTo(metrics(folder.resolve("a")));
    assertThat(json(folder.resolve("b/run.json")).path("split").asText())
        .isEqualTo("random(seed 0)");
    assertThat(json(folder.resolve("c/run.json")).path("split").asText())
        .isEqualTo("random(seed 5)");
    JsonNode inspection = medley("inspect", shop, "--json").done().json();
    assertThat(inspection.path("split").asText()).isEqualTo("random(seed 0)");
    JsonNode evaluated =
        medley("evaluate", folder.resolve("a"), "--split", "validation", "--json").done().json();
    assertThat(inspection.path("validation").asInt()).isEqualTo(evaluated.path("users").asInt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"freedom", "vbpr", "itemknn-features"})
  void threeModalitiesAndOneMissingForAnItemTrain(String model) throws IOException {
    Path shop = Shops.shop(folder, "audio", "text");
    Shops.features(shop, "image", Shops.ITEMS, 5);
    Path run = folder.resolve("run");
    Object[] settings =
        model.startsWith("item")
            ? new Object[] {"--impute", "mean"}
            : new Object[] {"--impute", "mean", "--set", "epochs=2"};
    Outcome outcome = train(model, shop, run, settings);

    assertThat(outcome.errors()).contains("warning: image: missing for 1 of 24 items");
    assertThat(json(run.resolve("metrics.json")).path("test").path("recall@20").isNumber())
        .isTrue();
    assertThat(json(run.resolve("run.json")).path("options").path("impute").asText())
        .isEqualTo("mean");
  }

  @Test
  void nothingHeldOutStillGivesARun() throws IOException {
    List<String> lines =
        Shops.lines().stream()
            .filter(line -> line.endsWith("\t0") || line.endsWith("x_label"))
            .toList();
    Path run = folder.resolve("run");
    train("lightgcn", Shops.write(folder, "shop", lines), run, "--set", "epochs=2");

    JsonNode metrics = json(run.resolve("metrics.json"));
    assertThat(metrics.path("test").has("recall@20")).isTrue();
    assertThat(metrics.path("test").path("recall@20").isNull()).isTrue();
    assertThat(json(run.resolve("run.json")).path("epochs").asInt()).isEqualTo(2);
    medley("recommend", run, "--user", 1).done();
    assertThat(medley("evaluate", run, "--json").done().json().path("users").asInt()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%d", "p%d"})
  void orderOfLinesChangesNoMetric(String format) throws IOException {
    List<String> lines = Shops.lines(format, format);
    List<String> shuffled = new ArrayList<>(lines.subList(1, lines.size()));
    Collections.shuffle(shuffled, new Random(4));
    shuffled.add(0, lines.get(0));
    Path shop = Shops.write(folder, "shop", lines);
    Path other = Shops.write(folder, "other", shuffled);
    for (String model : List.of("popular", "itemknn")) {
      train(model, shop, folder.resolve(model + "-a"));
      train(model, other, folder.resolve(model + "-b"));
      assertThat(metrics(folder.resolve(model + "-b")))
          .isEqualTo(metrics(folder.resolve(model + "-a")));
    }
  }

  @Test
  void whatCanBeMendedIsCountedAndTrained() throws IOException {
    List<String> lines = new ArrayList<>(Shops.lines());
    lines.add(lines.get(1));
    lines.add("900\t3\t1");
    lines.add("901\t4\t2");
    Path shop = Shops.write(folder, "shop", lines, "text");
    Shops.features(shop, "image", Shops.ITEMS, 2);
    Path run = folder.resolve("run");

    Outcome outcome = train("popular", shop, run);

    assertThat(outcome.errors())
        .contains(
            "warning: 1 duplicate interaction, each pair kept once",
            "warning: 2 users without a training interaction: 2 held-out interactions left out of"
                + " validation and test",
            "warning: image: missing for 1 of 24 items");
    JsonNode inspection = medley("inspect", shop, "--json").done().json();
    assertThat(inspection.path("users").asInt()).isEqualTo(Shops.USERS + 2);
    assertThat(inspection.path("validation").asInt()).isEqualTo(Shops.USERS + 1);
    assertThat(inspection.path("test").asInt()).isEqualTo(2 * Shops.USERS + 1);
    assertThat(inspection.path("warnings").size()).isEqualTo(3);
    assertThat(medley("evaluate", run, "--json").done().json().path("users").asInt())
        .isEqualTo(Shops.USERS);
  }

  @Test
  void withoutOutTheRunIsNamedAfterDatasetModelAndSeed() throws Exception {
    Path shop = Shops.shop(folder);
    new Child("", "train", "popular", shop, "--seed", 4).outcome().done();
    assertThat(folder.resolve("runs/shop-popular-4/metrics.json")).exists();
  }

  @Test
  void configIsReadAndTheLineWins() throws IOException {
    Path shop = Shops.shop(folder);
    Path yaml = folder.resolve("recipe.yaml");
    Files.writeString(yaml, "# chosen on validation\ndim: 4\nepochs: 2\nl2: 1e-3\nl2Form: norm\n");
    Path json = folder.resolve("recipe.json");
    Files.writeString(json, "{\"dim\": 4, \"epochs\": 2, \"l2\": 0.001, \"l2Form\": \"norm\"}\n");

    train("lightgcn", shop, folder.resolve("a"), "--config", yaml, "--set", "epochs=1");
    train("lightgcn", shop, folder.resolve("b"), "--config", json, "--set", "epochs=1");

    JsonNode used = json(folder.resolve("a/run.json")).path("hyperparameters");
    assertThat(used.path("dim").asInt()).isEqualTo(4);
    assertThat(used.path("epochs").asInt()).isEqualTo(1);
    assertThat(used.path("l2").asDouble()).isEqualTo(1e-3);
    assertThat(json(folder.resolve("b/run.json")).path("hyperparameters")).isEqualTo(used);
  }
}
