package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
  private static final float NAN = Float.NaN;

  @TempDir Path parent;

  private Inspection inspection() throws IOException {
    Path folder =
        Folders.shop(
            parent,
            "userID itemID x_label",
            "0 0 0",
            "0 0 0",
            "0 1 0",
            "0 2 1",
            "0 2 2",
            "1 0 1",
            "1 1 2",
            "2 1 0");
    Folders.features(
        folder, "text", new float[] {1, 1}, new float[] {NAN, NAN}, new float[] {1, 1});
    return Inspection.of(folder, ReadOptions.DEFAULT);
  }

  @Test
  void heldOutUserWithoutTrainingIsCounted() throws IOException {
    assertThat(inspection().coldUsers()).isEqualTo(1);
    assertThat(inspection().coldUserInteractions()).isEqualTo(2);
    assertThat(inspection().validation()).isEqualTo(2);
    assertThat(inspection().test()).isEqualTo(1);
  }

  @Test
  void countsAreThoseOfTheFiles() throws IOException {
    Inspection inspection = inspection();

    assertThat(inspection.users()).isEqualTo(3);
    assertThat(inspection.items()).isEqualTo(3);
    assertThat(inspection.train()).isEqualTo(3);
    assertThat(inspection.duplicates()).isEqualTo(1);
    assertThat(inspection.leaks()).isEqualTo(1);
    assertThat(inspection.coldItems()).isEqualTo(1);
    assertThat(inspection.minPerUser()).isEqualTo(1);
    assertThat(inspection.medianPerUser()).isEqualTo(2);
    assertThat(inspection.maxPerUser()).isEqualTo(3);
    assertThat(inspection.density()).isEqualTo(6 / 9.0);
    assertThat(inspection.trainRatio()).isEqualTo(0.5);
    assertThat(inspection.modalities()).containsExactly(new Inspection.Modality("text", 2, 2));
    assertThat(inspection.warnings()).hasSize(4);
  }

  @Test
  void jsonHasTheKeysThatScriptsRead() throws IOException {
    JsonNode json = new JsonMapper().readTree(inspection().toJson());

    assertThat(json.path("users").intValue()).isEqualTo(3);
    assertThat(json.path("items").intValue()).isEqualTo(3);
    assertThat(json.path("train").intValue()).isEqualTo(3);
    assertThat(json.path("validation").intValue()).isEqualTo(2);
    assertThat(json.path("test").intValue()).isEqualTo(1);
    assertThat(json.path("modalities").toString())
        .isEqualTo("[{\"name\":\"text\",\"dimension\":2,\"present\":2}]");
    assertThat(json.path("warnings").size()).isEqualTo(4);
  }

  @Test
  void reportNamesWhatTheLeakGuardCaresAbout() throws IOException {
    assertThat(inspection().toText())
        .contains(
            "users         3\n",
            "interactions  6 (33.3333 % sparse)\n",
            "  train       3 (50.0 %)\n",
            "per user      1 … 3, median 2\n",
            "leaks         1 pair in several splits\n",
            "cold users    1 held out without training, 2 interactions left out\n",
            "text          2 numbers, 2 of 3 items\n",
            "warning       1 duplicate interaction, each pair kept once\n");
  }
}
