package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model on next to no data. */
@Tag("slow")
class SmallestDataTest extends CommandLineTest {

  static Stream<String> models() {
    return Models.all().stream().map(Models.Entry::name);
  }

  /** Two epochs where it has epochs, one neighbour where it has neighbours. */
  private static void trainShortly(String model, Path shop, Path run) {
    List<Object> settings = new ArrayList<>();
    for (Hyperparameter parameter : Models.named(model).hyperparameters()) {
      switch (parameter.name()) {
        case "epochs" -> settings.addAll(List.of("--set", "epochs=2"));
        case "neighbors" -> settings.addAll(List.of("--set", "neighbors=1"));
        default -> {}
      }
    }
    train(model, shop, run, settings.toArray());
  }

  @ParameterizedTest
  @MethodSource("models")
  void oneUserAndTwoItems(String model) throws IOException {
    List<String> lines = List.of("userID\titemID\tx_label", "0\t0\t0", "0\t1\t2");
    Path shop = Shops.write(folder, "shop", lines);
    Shops.features(shop, "image", new float[] {1, 2}, new float[] {3, 4});
    Files.write(shop.resolve("items.tsv"), List.of("id\ttitle", "0\tred scarf", "1\tred vase"));
    Path run = folder.resolve("run");
    trainShortly(model, shop, run);

    mustRecommendTheOtherItem(run);
  }

  @ParameterizedTest
  @MethodSource("models")
  void usersWhoHaveEverythingAreRecommendedNothing(String model) throws IOException {
    List<String> lines = new ArrayList<>(List.of("userID\titemID\tx_label"));
    for (int user = 0; user < 3; user++) {
      for (int item = 0; item < Shops.ITEMS; item++) {
        lines.add(user + "\t" + item + "\t0");
      }
    }
    Path shop = Shops.write(folder, "shop", lines, "image", "text");
    Shops.texts(shop);
    Path run = folder.resolve("run");
    trainShortly(model, shop, run);

    assertThat(
            medley("recommend", run, "--user", 1, "--json").done().json().path("items").isEmpty())
        .isTrue();
  }

  /** Items that nobody has, a user whose interactions are all held out, features all the same. */
  @ParameterizedTest
  @MethodSource("models")
  void strangersAndFeaturesThatAreAllAlike(String model) throws IOException {
    List<String> lines = new ArrayList<>(Shops.lines());
    lines.removeIf(line -> line.matches("\\d+\\t(0|1)\\t0")); // two items without training
    lines.add("900\t5\t2"); // a user without training
    Path shop = Shops.write(folder, "shop", lines);
    float[][] alike = new float[Shops.ITEMS][3];
    Shops.features(shop, "text", alike);
    for (float[] row : alike) {
      Arrays.fill(row, 2);
    }
    Shops.features(shop, "image", alike);
    Shops.texts(shop);
    Path run = folder.resolve("run");
    trainShortly(model, shop, run);

    for (int user : new int[] {1, 900}) {
      assertThat(
              medley("recommend", run, "--user", user, "-k", 100, "--json")
                  .done()
                  .json()
                  .path("items"))
          .hasSizeGreaterThan(Shops.ITEMS / 2)
          .allSatisfy(item -> assertThat(item.path("score").isNumber()).isTrue());
    }
  }
}
