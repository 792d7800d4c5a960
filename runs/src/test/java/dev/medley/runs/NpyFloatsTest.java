package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFloatsTest {
  @TempDir Path folder;

  @Test
  void tableComesBackBitForBitBehindAHeaderOf128Bytes() throws IOException {
    Path file = folder.resolve("t.npy");
    double[] values = {1, Double.NaN, -0.0, 1.0 / 3, 5, 6};
    NpyFloats.write(file, 3, 2, values);
    assertThat(NpyFloats.read(file, 2)).isEqualTo(values);
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(128 + 48).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }")
        .endsWith("\n");
  }

  @Test
  void noRowsAreATableToo() throws IOException {
    Path file = folder.resolve("t.npy");
    NpyFloats.write(file, 0, 3, new double[0]);
    assertThat(NpyFloats.read(file, 3)).isEmpty();
  }

  @Test
  void tableCutAnywhereOrOfOtherColumnsIsRefused() throws IOException {
    Path file = folder.resolve("t.npy");
    NpyFloats.write(file, 2, 2, new double[4]);
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> NpyFloats.read(file, 2))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": expected an NPY table of 2 float64 columns, got");
    }
    Files.write(file, bytes);
    assertThatThrownBy(() -> NpyFloats.read(file, 4)).isInstanceOf(InvalidInputException.class);
  }
}
