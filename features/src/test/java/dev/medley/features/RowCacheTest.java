package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowCacheTest {
  private static final String FIRST = "ab".repeat(32);
  private static final String SECOND = "cd".repeat(32);

  @TempDir Path folder;

  @Test
  void whatWasPutIsThereAfterwards() throws IOException {
    Path file = folder.resolve("cache/text.rows");
    put(file);
    try (RowCache cache = RowCache.open(file, 2)) {
      float[] row = new float[2];
      cache.copy(SECOND, row);
      assertThat(row).containsExactly(3, 4);
      assertThat(cache.has(FIRST)).isTrue();
      assertThat(cache.has("00".repeat(32))).isFalse();
    }
  }

  @Test
  void aRecordThatIsCutOrDamagedIsEncodedAgainAndTheOthersStay() throws IOException {
    Path file = folder.resolve("cut.rows");
    put(file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    try (RowCache cache = RowCache.open(file, 2)) {
      assertThat(cache.has(FIRST)).isTrue();
      assertThat(cache.has(SECOND)).isFalse();
      cache.put(SECOND, new float[] {5, 6});
    }
    bytes = Files.readAllBytes(file);
    bytes[bytes.length - 6] ^= 1; // in the numbers of the second
    Files.write(file, bytes);
    try (RowCache cache = RowCache.open(file, 2)) {
      assertThat(cache.has(FIRST)).isTrue();
      assertThat(cache.has(SECOND)).isFalse();
    }
  }

  @Test
  void twoAtOnceAreRefused() throws IOException {
    Path file = folder.resolve("one.rows");
    try (RowCache cache = RowCache.open(file, 2)) {
      assertThat(cache.has(FIRST)).isFalse();
      assertThatThrownBy(() -> RowCache.open(file, 2))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected no other process to encode this dataset");
    }
  }

  private static void put(Path file) throws IOException {
    try (RowCache cache = RowCache.open(file, 2)) {
      cache.put(FIRST, new float[] {1, 2});
      cache.put(SECOND, new float[] {3, 4});
    }
  }
}
