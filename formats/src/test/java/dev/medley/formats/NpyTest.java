package dev.medley.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NpyTest {
  private static final float[] NUMBERS = {1, -2, 0.5f, 4, 1024, -0.125f};

  @TempDir Path folder;

  @Test
  void matrixComesBackAsWritten() throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, 2, 3, (row, out) -> System.arraycopy(NUMBERS, 3 * row, out, 0, 3));

    Npy array = Npy.read(file);

    assertThat(array.type()).isEqualTo(Npy.Type.FLOAT32);
    assertThat(array.shape()).isEqualTo("(2, 3)");
    assertThat(array.toFloats()).containsExactly(NUMBERS);
    assertThat(folder.toFile().list()).containsExactly("a.npy");
  }

  @Test
  void writtenBytesAreWhatNumpyWrites() throws IOException {
    // numpy 2.4: numpy.save(f, numpy.array([[1, 2]], dtype='<f4'))
    Path file = folder.resolve("a.npy");
    Npy.write(
        file,
        1,
        2,
        (row, out) -> {
          out[0] = 1;
          out[1] = 2;
        });

    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(128 + 8);
    assertThat(new String(bytes, 0, 128, StandardCharsets.ISO_8859_1))
        .isEqualTo("\u0093NUMPY\1\0v\0" + header + " ".repeat(117 - header.length()) + "\n");
  }

  @Test
  void vectorsComeBackAsWritten() throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, new int[] {3, -1});
    assertThat(Npy.read(file).toInts()).containsExactly(3, -1);
    assertThat(Npy.read(file).dimensions()).isEqualTo(1);
    Npy.write(file, new long[] {1L << 40, -1});
    assertThat(Npy.read(file).toLongs()).containsExactly(1L << 40, -1);
    Npy.write(file, new float[] {0.1f});
    assertThat(Npy.read(file).toFloats()).containsExactly(0.1f);
    Npy.writeDoubles(file, 1, 2, (row, out) -> out[1] = 0.1);
    assertThat(Npy.read(file).toDoubles()).containsExactly(0, 0.1);
    Npy.write(file, new int[0]);
    assertThat(Npy.read(file).toInts()).isEmpty();
  }

  static Stream<Form> forms() {
    return Stream.of("f2", "f4", "f8")
        .flatMap(
            type ->
                Stream.of("<", ">")
                    .flatMap(
                        order ->
                            Stream.of(false, true)
                                .flatMap(
                                    fortran ->
                                        Stream.of(1, 2, 3)
                                            .map(
                                                version ->
                                                    new Form(order + type, fortran, version)))));
  }

  private record Form(String descr, boolean fortran, int version) {}

  @ParameterizedTest
  @MethodSource("forms")
  void everyTypeOrderAndVersionGivesTheSameNumbers(Form form) throws IOException {
    Path file = folder.resolve("a.npy");
    Files.write(file, encoded(form));

    for (long mapAbove : new long[] {0, Long.MAX_VALUE}) {
      for (int chunkBits : new int[] {3, 4, 30}) { // also where rows cross chunks
        Npy array = Npy.read(file, mapAbove, chunkBits);
        assertThat(array.rows()).isEqualTo(2);
        assertThat(array.columns()).isEqualTo(3);
        assertThat(array.toFloats()).containsExactly(NUMBERS);
        assertThat(array.toDoubles()).containsExactly(1, -2, 0.5, 4, 1024, -0.125);
        float[] row = new float[4];
        array.copyRow(1, row, 1);
        assertThat(row).containsExactly(0, 4, 1024, -0.125f);
      }
    }
  }

  private static byte[] encoded(Form form) {
    int size = form.descr().charAt(2) - '0';
    ByteBuffer data = ByteBuffer.allocate(6 * size);
    data.order(form.descr().startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    short[] halves = {0x3c00, (short) 0xc000, 0x3800, 0x4400, 0x6400, (short) 0xb000};
    for (int k = 0; k < 6; k++) {
      int from = form.fortran() ? (k % 2) * 3 + k / 2 : k;
      switch (size) {
        case 2 -> data.putShort(halves[from]);
        case 4 -> data.putFloat(NUMBERS[from]);
        default -> data.putDouble(NUMBERS[from]);
      }
    }
    String fortran = form.fortran() ? "True" : "False";
    return NpyBytes.of(
        form.version(),
        "{'descr': '%s', 'fortran_order': %s, 'shape': (2, 3), }".formatted(form.descr(), fortran),
        data.array());
  }

  @ParameterizedTest
  @CsvSource({
    "0x0001, 0x1p-24",
    "0x03ff, 0x1.ff8p-15",
    "0x0400, 0x1p-14",
    "0x7bff, 65504",
    "0x8000, -0.0",
    "0x7c00, Infinity",
    "0xfc00, -Infinity",
    "0x7e00, NaN",
    "0x3555, 0.333251953125"
  })
  void halfPrecisionIsExact(String bits, float value) throws IOException {
    int half = Integer.decode(bits);
    Path file = folder.resolve("a.npy");
    Files.write(
        file,
        NpyBytes.of(
            1,
            "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }",
            new byte[] {(byte) half, (byte) (half >> 8)}));

    assertThat(Npy.read(file).toFloats()).containsExactly(value);
  }

  static Stream<Arguments> untrueHeaders() {
    return Stream.of(
        Arguments.of(
            "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            "got objects (pickled Python, '|O'); save it again with numpy.save"),
        Arguments.of(
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
            "got a structured type (several named fields)"),
        Arguments.of(
            "{'descr': '<u1', 'fortran_order': False, 'shape': (1,), }",
            "expected numbers of type float16, float32 or float64 (int32 or int64 for indexes), got '<u1'"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }",
            "expected whole numbers of at least 0 in the shape, got '-1, 4), }"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "expected a shape that fits the file, got (4611686018427387904, 4)"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }",
            "expected a shape that fits the file, got a number of more than 18 digits"),
        Arguments.of(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647), }",
            "expected a shape that fits the file, got (2147483647, 2147483647)"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
            "expected 136 bytes ((2,) of float32 after a header of 128), got 132; the file is cut short"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }",
            "the file is longer than its array"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }",
            "expected a shape of 1 or 2 dimensions, got more"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
            "expected a shape of 1 or 2 dimensions, got ()"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,), }",
            "expected True or False for fortran_order, got '__import__"),
        Arguments.of(
            "{'descr': '<f4', 'shape': (1,), }",
            "expected the keys descr, fortran_order and shape, got only 2 of them"),
        Arguments.of(
            "{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }",
            "expected each key once, got 'descr' twice"),
        Arguments.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
            "expected the keys descr, fortran_order and shape, got 'x'"));
  }

  @ParameterizedTest
  @MethodSource("untrueHeaders")
  void untrueHeaderIsRefused(String header, String message) throws IOException {
    Path file = folder.resolve("a.npy");
    Files.write(file, NpyBytes.of(1, header, new byte[4]));

    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("\n");
  }

  @Test
  void damagedStartIsRefused() throws IOException {
    Path file = folder.resolve("a.npy");
    assertRefused(file, "expected an NPY file, got no such file; check the path");
    Files.write(file, new byte[0]);
    assertRefused(file, "expected an NPY file of at least 10 bytes, got 0 bytes");
    Files.writeString(file, "1,2,3\n4,5,6\n");
    assertRefused(file, "expected an NPY file (it begins with \\x93NUMPY), got other bytes");
    byte[] bytes = NpyBytes.of(1, "{}", new byte[0]);
    bytes[6] = 4;
    Files.write(file, bytes);
    assertRefused(file, "expected NPY version 1.0, 2.0 or 3.0, got 4.0");
    bytes[6] = 2;
    bytes[9] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    Files.write(file, bytes);
    assertRefused(file, "expected a header of at most 116 bytes, got a length of");
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void wrongKindOfNumberIsRefused() throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, new float[] {1});
    assertThatThrownBy(() -> Npy.read(file).toLongs())
        .hasMessage(file + ": expected whole numbers (int32 or int64), got float32; convert it");
    Npy.write(file, new long[] {1L << 31});
    assertThatThrownBy(() -> Npy.read(file).toInts())
        .hasMessageContaining("expected numbers of at most 32 bits, got 2147483648 at position 0");
  }

  @Test
  void failedWriteLeavesNothing() {
    Path file = folder.resolve("a.npy");

    assertThatThrownBy(
            () ->
                Npy.write(
                    file,
                    2,
                    2,
                    (row, out) -> {
                      throw new IllegalStateException("no row");
                    }))
        .hasMessage("no row");
    assertThat(folder).isEmptyDirectory();
  }
}
