package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.FeatureMatrix;
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
        plus(begin, "--features", "without-sound"),
        "features without-sound: expected a modality of shop, which has image");
    assertRefused(
        plus(begin, "--features", "shuffled"),
        "features: expected without-MODALITY, permuted-MODALITY or permuted-all, got 'shuffled'");
    assertRefused(
        plus(begin, "--features", "without-image"), "expected a dataset with features of at least");
    assertRefused(
        List.of("compare", shop, "--models", "freedom:dim", "--out", folder.resolve("runs")),
        "--models: expected MODEL[@FEATURES][:KEY=VALUE]…, got 'freedom:dim'");
  }

  private static List<Object> plus(List<Object> begin, Object... more) {
    List<Object> all = new ArrayList<>(begin);
    all.addAll(List.of(more));
    return all;
  }
}
