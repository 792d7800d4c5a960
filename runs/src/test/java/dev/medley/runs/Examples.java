package dev.medley.runs;

import dev.medley.core.Dataset;
import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.ItemDescription;
import dev.medley.formats.Safetensors;
import dev.medley.formats.Safetensors.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small run: 3 users, 4 items, a matrix of features with a missing row. */
final class Examples {
  private static final float NAN = Float.NaN;

  static final FeatureMatrix IMAGE =
      DenseFeatures.of("image", new float[][] {{1, 2}, {NAN, NAN}, {0.1f, -3}, {0, 0}});

  private Examples() {}

  static RunRequest request() {
    return request(1, 2, Map.of("dim", 64, "l2", 1e-4));
  }

  static RunRequest request(long seed, int threads, Map<String, Object> hyperparameters) {
    return new RunRequest(
        "lightgcn",
        hyperparameters,
        "tiny",
        "c0ffee",
        "x_label",
        seed,
        threads,
        "cpu",
        Map.of("impute", "mean"),
        new RunRequest.Versions("0.1.0", "17.0.1", Map.of("libtorch", "2.10.0")));
  }

  static Dataset dataset() {
    return dataset(List.of(IMAGE));
  }

  static Dataset dataset(List<FeatureMatrix> features) {
    return new Dataset(
        "tiny",
        "c0ffee",
        Ids.of("user", List.of("u\u00e9", "", "u 3")),
        Ids.of("item", List.of("a", "b", "c", "d")),
        List.of(
            new ItemDescription(
                "Red\tshoe", "two\nlines", "Acme", List.of("shoes", "x|y"), "a.jpg"),
            new ItemDescription("", "", "", List.of(), ""),
            new ItemDescription("C", "", "", List.of("hats"), ""),
            new ItemDescription("D", "", "", List.of(), "")),
        Interactions.ofPairs(3, 4, new int[] {0, 0, 1, 2}, new int[] {0, 1, 2, 3}),
        Interactions.ofPairs(3, 4, new int[] {0}, new int[] {2}),
        Interactions.ofPairs(3, 4, new int[] {0, 2}, new int[] {3, 0}),
        features,
        "x_label",
        List.of());
  }

  static RunMetrics metrics() {
    return new RunMetrics(
        Map.of("recall@20", 1.0 / 3, "recall@5", 0.25),
        Map.of("recall@20", 0.5, "diversity@20", Double.NaN));
  }

  static PerUser perUser() {
    return new PerUser(
        new int[] {0, 2},
        List.of("recall@20", "ndcg@20"),
        new double[] {1, 1.0 / 3, 0, Double.NaN});
  }

  static RunOutcome outcome() {
    return new RunOutcome(
        12, 7, 448, 0.125, 0.03, 2.5, 812.25, Instant.parse("2026-02-03T04:05:06Z"));
  }

  static RunResult result(Dataset dataset) {
    return new RunResult(
        dataset,
        metrics(),
        perUser(),
        List.of(
            new RunFile(RunLayout.PARAMETERS, Examples::writeParameters),
            new RunFile("embeddings/users.safetensors", Examples::writeParameters)),
        Examples::outcome,
        Map.of());
  }

  private static void writeParameters(Path file) throws IOException {
    Safetensors.write(file, Map.of(), List.of(Tensor.of("nodes", new float[] {1, 2}, 2)));
  }

  static UnfinishedRun unfinished(Path folder) throws IOException {
    UnfinishedRun run = UnfinishedRun.create(folder, request());
    History history = run.startHistory(List.of("bpr"), List.of("recall@20"));
    history.append(row(1));
    Files.createDirectories(run.checkpoints());
    Safetensors.write(
        RunLayout.checkpoint(folder),
        Map.of(),
        List.of(Tensor.of("step", new long[] {history.length()})));
    return run;
  }

  static RunFolder finished(Path folder) throws IOException {
    return unfinished(folder).finish(result(dataset()));
  }

  static History.Row row(int epoch) {
    Map<String, Double> losses = new LinkedHashMap<>();
    losses.put("bpr", 1.0 / (3 + epoch));
    return new History.Row("pairs", epoch, losses, Map.of("recall@20", 0.1 * epoch), 0.5);
  }
}
