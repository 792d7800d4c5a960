package dev.medley.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearestTest {
  private static final List<String> KNOWN =
      List.of("popular", "itemknn", "itemknn-features", "bpr", "lightgcn", "freedom", "vbpr");
  private static final List<String> KEYS =
      List.of("dim", "layers", "l2", "l2Form", "learningRate", "batchSize", "neighbors");

  @ParameterizedTest
  @CsvSource({
    "lightgnc, lightgcn", // two letters swapped
    "lihgtgcn, lightgcn",
    "LightGCN, lightgcn",
    "light, lightgcn",
    "light-gcn, lightgcn",
    "freedm, freedom",
    "fredom, freedom",
    "populr, popular",
    "knn, itemknn",
    "itemknn_features, itemknn-features",
    "features, itemknn-features",
    "brp, bpr",
    "bprr, bpr",
  })
  void aNearModelIsNamed(String typed, String meant) {
    assertThat(Nearest.to(typed, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({
    "learningrate, learningRate",
    "learning_rate, learningRate",
    "layer, layers",
    "num_layers, layers",
    "dmi, dim",
    "L2, l2",
    "l3, l2",
    "l2form, l2Form",
    "batch-size, batchSize",
    "neighbours, neighbors",
    "embedding_dim, dim",
  })
  void aNearKeyIsNamed(String typed, String meant) {
    assertThat(Nearest.to(typed, KEYS)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"transformer", "sasrec", "x", "", "weightDecay", "alpha"})
  void nothingIsNamedWhereNothingIsNear(String typed) {
    assertThat(Nearest.to(typed, KNOWN)).isEmpty();
    assertThat(Nearest.to(typed, KEYS)).isEmpty();
  }

  @Test
  void leadingDashesDoNotMakeOptionsAlike() {
    List<String> options = List.of("--out", "--seed", "-h", "-k");
    assertThat(Nearest.to("--sede", options)).contains("--seed");
    assertThat(Nearest.to("-seed", options)).contains("--seed");
    assertThat(Nearest.to("-x", options)).isEmpty();
    assertThat(Nearest.to("--k", options)).contains("-k");
    assertThat(Nearest.to("--quiet", options)).isEmpty();
  }

  @Test
  void nothingIsNearestToNothing() {
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }
}
