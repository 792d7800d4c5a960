package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models with changed hyperparameters or features, trained side by side. */
class VariantsTest extends CommandLineTest {

  @Test
  void variantsOfAModelAreComparedWithEachOther() throws IOException {
    Path shop = Shops.shop(folder, "image", "text");
    Path runs = folder.resolve("runs");
    String out =
        medley(
                "compare",
                shop,
                "--models",
                "bpr:epochs=1,freedom:epochs=1:dim=8,freedom@without-text:epochs=1,freedom@permuted-all:epochs=1",
                "--seeds",
                "1,2",
                "--out",
                runs,
                "--threads",
                1)
            .done()
            .out();
    assertThat(out)
        .contains("freedom:epochs=1:dim=8", "freedom@without-text:epochs=1", "95 % interval");
    RunFolder whole = RunFolder.open(runs.resolve("shop-freedom,epochs=1,dim=8-1"));
    assertThat(whole.request().hyperparameters()).containsEntry("dim", 8L);
    RunFolder without = RunFolder.open(runs.resolve("shop-freedom@without-text,epochs=1-1"));
    assertThat(without.dataset().features()).hasSize(1);
    assertThat(without.request().options()).containsEntry("features", "without-text");
    RunFolder permuted = RunFolder.open(runs.resolve("shop-freedom@permuted-all,epochs=1-1"));
    RunFolder other = RunFolder.open(runs.resolve("shop-freedom@permuted-all,epochs=1-2"));
    for (int modality = 0; modality < 2; modality++) {
      float[][] rows = rows(whole.features().get(modality));
      float[][] moved = rows(permuted.features().get(modality));
      assertThat(Arrays.deepEquals(moved, rows)).isFalse();
      assertThat(Arrays.deepEquals(moved, rows(other.features().get(modality)))).isFalse();
      Arrays.sort(rows, Arrays::compare);
      Arrays.sort(moved, Arrays::compare);
      assertThat(moved).isDeepEqualTo(rows);
    }
  }

  @Test
  void aModelIsTrainedOnFewerInteractionsAndMeasuredOnTheSameUsers() throws IOException {
    Path shop = Shops.shop(folder, "image");
    Path runs = folder.resolve("runs");
    medley(
            "compare",
            shop,
            "--models",
            "popular,popular@train-50,popular@train-1",
            "--seeds",
            "1,2",
            "--out",
            runs)
        .done();
    RunFolder whole = RunFolder.open(runs.resolve("shop-popular-1"));
    RunFolder half = RunFolder.open(runs.resolve("shop-popular@train-50-1"));
    RunFolder least = RunFolder.open(runs.resolve("shop-popular@train-1-1"));
    Interactions train = whole.dataset().train();
    Interactions kept = half.dataset().train();
    assertThat(kept.size()).isEqualTo((int) Math.round(train.size() / 2.0));
    Interactions few = least.dataset().train();
    for (int user = 0; user < train.users(); user++) {
      assertThat(few.count(user)).isEqualTo(Math.min(1, train.count(user)));
      assertThat(train.itemsOf(user)).contains(kept.itemsOf(user)).contains(few.itemsOf(user));
    }
    assertThat(half.dataset().test().columns()).isEqualTo(whole.dataset().test().columns());
    assertThat(half.request().split()).endsWith(", train-50(seed 1)");
    RunFolder other = RunFolder.open(runs.resolve("shop-popular@train-50-2"));
    assertThat(other.dataset().train().columns()).isNotEqualTo(kept.columns());
    assertThat(half.request().options()).containsEntry("training", "train-50");
    assertThat(RunFolder.open(runs.resolve("shop-popular@train-50-1")).metrics())
        .isNotEqualTo(whole.metrics());
  }

  private static float[][] rows(FeatureMatrix matrix) {
    float[][] rows = new float[matrix.rows()][matrix.dimension()];
    for (int row = 0; row < rows.length; row++) {
      matrix.copyRow(row, rows[row], 0);
    }
    return rows;
  }

  @Test
  void changesThatMakeNoSenseAreRefused() throws IOException {
    Path shop = Shops.shop(folder, "image");
    List<Object> begin = List.of("train", "freedom", shop, "--out", folder.resolve("run"));
    assertRefused(
        plus(begin, "--change", "without-sound"),
        "features without-sound: expected a modality of shop, which has image");
    assertRefused(
        plus(begin, "--change", "shuffled"),
        "change of the dataset: expected without-MODALITY, permuted-MODALITY, permuted-all or train-PERCENT, got 'shuffled'");
    assertRefused(
        plus(begin, "--change", "train-100"),
        "expected train-PERCENT with a whole number from 1 to 99, got 'train-100'");
    assertRefused(
        plus(begin, "--change", "without-image"), "expected a dataset with features of at least");
    assertRefused(
        List.of("compare", shop, "--models", "freedom:dim", "--out", folder.resolve("runs")),
        "--models: expected MODEL[@CHANGE][:KEY=VALUE]…, got 'freedom:dim'");
  }

  private static List<Object> plus(List<Object> begin, Object... more) {
    List<Object> all = new ArrayList<>(begin);
    all.addAll(List.of(more));
    return all;
  }
}
