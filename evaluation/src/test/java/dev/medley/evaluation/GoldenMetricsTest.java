package dev.medley.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.medley.core.Interactions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Parity with the published reference implementation; resources/golden/README.md. */
class GoldenMetricsTest {
  private final JsonNode golden = read();
  private final float[][] scores = scores(golden.get("scores"));
  private final int items = scores[0].length;
  private final Interactions train = interactions(golden.get("train"), items);
  private final Interactions test = interactions(golden.get("test"), items);

  @Test
  void everyMetricAgreesToTheTwelfthDigit() {
    Evaluator evaluator = Evaluator.builder(train, test).cutoffs(1, 5, 10, 20).build();

    Map<String, Double> metrics = evaluator.accuracy(new MatrixScorer(items, scores));

    assertThat(evaluator.users()).hasSize(golden.get("users_counted").asInt());
    assertThat(metrics).hasSize(golden.get("expected").size());
    for (Map.Entry<String, JsonNode> expected : golden.get("expected").properties()) {
      assertThat(metrics.get(expected.getKey()))
          .as(expected.getKey())
          .isCloseTo(expected.getValue().asDouble(), within(1e-12));
    }
  }

  @Test
  void everyRankedListAgrees() {
    for (int user = 0; user < scores.length; user++) {
      assertThat(TopK.of(scores[user], 20, train.itemsOf(user)))
          .as("user " + user)
          .containsExactly(ints(golden.get("ranked20").get(user)));
    }
  }

  private static JsonNode read() {
    try (InputStream in =
        GoldenMetricsTest.class.getResourceAsStream("/golden/metrics-golden.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[][] scores(JsonNode rows) {
    float[][] out = new float[rows.size()][];
    for (int user = 0; user < out.length; user++) {
      out[user] = new float[rows.get(user).size()];
      for (int item = 0; item < out[user].length; item++) {
        out[user][item] = (float) rows.get(user).get(item).asDouble();
      }
    }
    return out;
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    for (int k = 0; k < out.length; k++) {
      out[k] = array.get(k).asInt();
    }
    return out;
  }

  private static Interactions interactions(JsonNode rows, int items) {
    int[][] itemsOf = new int[rows.size()][];
    for (int user = 0; user < itemsOf.length; user++) {
      itemsOf[user] = ints(rows.get(user));
    }
    return Tables.interactions(items, itemsOf);
  }
}
