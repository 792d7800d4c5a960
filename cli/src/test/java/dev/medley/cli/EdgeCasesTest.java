package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data and settings at the edge of what is allowed. */
class EdgeCasesTest extends CommandLineTest {

  @ParameterizedTest
  @ValueSource(strings = {"popular", "itemknn", "bpr", "lightgcn", "vbpr"})
  void smallestDatasetTrains(String model) throws IOException {
    List<String> lines = List.of("userID\titemID\tx_label", "0\t0\t0", "0\t1\t2");
    Path shop = Shops.write(folder, "shop", lines);
    Shops.features(shop, "image", new float[] {1, 2}, new float[] {3, 4});
    Path run = folder.resolve("run");
    Object[] settings =
        model.equals("popular") || model.equals("itemknn")
            ? new Object[0]
            : new Object[] {"--set", "epochs=2"};

    train(model, shop, run, settings);

    mustRecommendTheOtherItem(run);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpr", "lightgcn", "vbpr", "freedom"})
  void usersWhoHaveEverythingTrainAndAreRecommendedNothing(String model) throws IOException {
    List<String> lines = new ArrayList<>(List.of("userID\titemID\tx_label"));
    for (int user = 0; user < 3; user++) {
      for (int item = 0; item < Shops.ITEMS; item++) {
        lines.add(user + "\t" + item + "\t0");
      }
    }
    Path run = folder.resolve("run");
    train(model, Shops.write(folder, "shop", lines, "image"), run, "--set", "epochs=2");

    assertThat(
            medley("recommend", run, "--user", 1, "--json").done().json().path("items").isEmpty())
        .isTrue();
  }

  @Test
  void negativeSeedIsASeedLikeAnyOther() throws IOException {
    Path run = folder.resolve("run");
    train("bpr", Shops.shop(folder), run, "--seed", -1, "--set", "epochs=1");
    assertThat(json(run.resolve("run.json")).path("seed").asLong()).isEqualTo(-1);
  }

  @Test
  void damagedOrUnwritableCacheChangesNothingButTheTime() throws IOException {
    Path shop = Shops.shop(folder, "image");
    train("freedom", shop, folder.resolve("a"), "--set", "epochs=1");
    try (Stream<Path> graphs = Files.list(folder.resolve("cache/graphs"))) {
      for (Path graph : graphs.toList()) {
        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 0x7f; // of an item's number: whole, but wrong
        bytes[bytes.length / 2 + 3] ^= 0x7f;
        Files.write(graph, bytes);
      }
    }
    Outcome changed = train("freedom", shop, folder.resolve("b"), "--set", "epochs=1");
    try (Stream<Path> graphs = Files.list(folder.resolve("cache/graphs"))) {
      for (Path graph : graphs.toList()) {
        Files.write(graph, new byte[20]);
      }
    }
    Outcome unreadable = train("freedom", shop, folder.resolve("c"), "--set", "epochs=1");
    System.setProperty("medley.cache", shop.resolve("shop.inter").toString());
    Outcome unwritable = train("freedom", shop, folder.resolve("d"), "--set", "epochs=1");

    assertThat(changed.err()).contains("neighbour graph in the cache was changed");
    assertThat(unreadable.err()).contains("neighbour graph in the cache is unreadable");
    assertThat(unwritable.err()).contains("neighbour graph could not be kept in the cache");
    for (String run : List.of("b", "c", "d")) {
      assertThat(metrics(folder.resolve(run))).isEqualTo(metrics(folder.resolve("a")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpr", "lightgcn", "vbpr", "freedom"})
  void moreDimensionsThanAnyMachineHoldsAreRefused(String model) throws IOException {
    Path shop = Shops.shop(folder, "image");
    assertRefused(
        List.of("train", model, shop, "--out", folder.resolve("run"), "--set", "dim=2000000000"),
        "dim: expected a whole number of at most 65536, got 2000000000");
  }
}
