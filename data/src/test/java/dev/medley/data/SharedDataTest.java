package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Counts of the papers' datasets; MEDLEY_DATA names the folder that holds them. */
@Tag("parity")
class SharedDataTest {

  private static Inspection inspect(String name) throws IOException {
    String given = System.getProperty("MEDLEY_DATA", System.getenv("MEDLEY_DATA"));
    Path folder = Path.of(given == null ? "../../shared/data" : given).resolve(name);
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not there; set MEDLEY_DATA");
    return Inspection.of(folder, ReadOptions.DEFAULT);
  }

  @Test
  void tiktokHasItsPublishedCounts() throws IOException {
    Inspection tiktok = inspect("tiktok");

    assertThat(tiktok.users()).isEqualTo(9308);
    assertThat(tiktok.items()).isEqualTo(6710);
    assertThat(tiktok.train()).isEqualTo(59541);
    assertThat(tiktok.validation()).isEqualTo(3051);
    assertThat(tiktok.test()).isEqualTo(6130);
    assertThat(tiktok.modalities())
        .isEqualTo(
            List.of(
                new Inspection.Modality("audio", 128, 6710),
                new Inspection.Modality("image", 128, 6710)));
  }

  @Test
  void babyHasItsPublishedCounts() throws IOException {
    Inspection baby = inspect("baby");

    assertThat(baby.users()).isEqualTo(19445);
    assertThat(baby.items()).isEqualTo(7050);
    assertThat(baby.train()).isEqualTo(118551);
    assertThat(baby.validation()).isEqualTo(20559);
    assertThat(baby.test()).isEqualTo(21682);
    assertThat(baby.modalities()).isEmpty();
  }
}
