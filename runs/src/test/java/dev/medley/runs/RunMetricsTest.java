package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {
  @TempDir Path folder;

  @Test
  void bytesAreThoseOfTheContractWhateverTheOrderGiven() {
    Map<String, Double> validation = new LinkedHashMap<>();
    validation.put("diversity@10", Double.NaN);
    validation.put("ndcg@5", 1e-5);
    validation.put("recall@20", 0.1);
    validation.put("recall@5", 1.0 / 3);
    Map<String, Double> reversed = new LinkedHashMap<>();
    reversed.put("recall@5", 1.0 / 3);
    reversed.put("recall@20", 0.1);
    reversed.put("ndcg@5", 1e-5);
    reversed.put("diversity@10", Double.NaN);

    String expected =
        """
        {
          "validation" : {
            "recall@5" : 0.3333333333333333,
            "recall@20" : 0.1,
            "ndcg@5" : 1.0E-5,
            "diversity@10" : null
          },
          "test" : {
            "recall@5" : 0.0
          }
        }
        """;
    assertThat(new RunMetrics(validation, Map.of("recall@5", 0.0)).toJson()).isEqualTo(expected);
    assertThat(new RunMetrics(reversed, Map.of("recall@5", 0.0)).toJson()).isEqualTo(expected);
  }

  @Test
  void slicesOfAnyDepthComeBackEqual() throws IOException {
    RunMetrics written =
        new RunMetrics(
            Map.of("recall@5", 0.5),
            Map.of("recall@5", Double.NaN),
            Map.of(
                "items",
                Map.of(
                    "head", Map.of("users", 12, "recall@5", 0.5),
                    "cold", Map.of("users", 0, "recall@5", Double.NaN))));
    Path file = folder.resolve("metrics.json");
    Files.writeString(file, written.toJson());
    assertThat(RunMetrics.read(file)).isEqualTo(written);
    assertThat(Files.readString(file)).contains("\"recall@5\" : null");
  }

  @Test
  void infinityIsAnError() {
    assertThatThrownBy(() -> new RunMetrics(Map.of(), Map.of("arp@5", Double.POSITIVE_INFINITY)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("test arp@5: expected a finite number, got Infinity");
  }
}
