package dev.medley.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors.Dtype;
import dev.medley.formats.Safetensors.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  /** Checked once by hand against the Python package safetensors, which reads it. */
  @Test
  void fileHasExactlyTheBytesOfTheFormat() throws IOException {
    Path file = folder.resolve("golden.safetensors");
    Safetensors.write(
        file,
        Map.of("by", "medley"),
        List.of(
            Tensor.of("f", new float[] {1f, -2f}, 2),
            Tensor.of("l", new long[] {-1L}, 1, 1),
            Tensor.of("i", new int[] {258})));

    String header =
        "{\"__metadata__\":{\"by\":\"medley\"}"
            + ",\"l\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[0,8]}"
            + ",\"f\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}"
            + ",\"i\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[16,20]}}";
    int spaces = -header.length() & 7;
    byte[] data = {
      -1,
      -1,
      -1,
      -1,
      -1,
      -1,
      -1,
      -1, // l
      0,
      0,
      (byte) 0x80,
      0x3f,
      0,
      0,
      0,
      (byte) 0xc0, // f
      2,
      1,
      0,
      0, // i
    };
    ByteBuffer expected =
        ByteBuffer.allocate(8 + header.length() + spaces + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length() + spaces)
            .put(header.getBytes(StandardCharsets.UTF_8))
            .put(" ".repeat(spaces).getBytes(StandardCharsets.UTF_8))
            .put(data);
    assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
  }

  @Test
  void everyDtypeComesBackBitForBit() throws IOException {
    Path file = folder.resolve("all.safetensors");
    float[] floats = {0f, -0f, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, 1f / 3};
    double[] doubles = {Math.PI, Double.MIN_VALUE};
    int[] ints = {Integer.MIN_VALUE, 7, Integer.MAX_VALUE};
    long[] longs = {Long.MIN_VALUE, Long.MAX_VALUE};
    Safetensors.write(
        file,
        Map.of("naïve \"key\"", "line\nbreak"),
        List.of(
            Tensor.of("floats", floats, 2, 3),
            Tensor.of("doubles", doubles, 2),
            Tensor.of("ints", ints, 1, 3, 1),
            Tensor.of("longs", longs, 2),
            Tensor.of("nothing", new float[0], 0, 5)));

    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.floats("floats")).isEqualTo(floats);
      assertThat(read.doubles("doubles")).isEqualTo(doubles);
      assertThat(read.ints("ints")).isEqualTo(ints);
      assertThat(read.longs("longs")).isEqualTo(longs);
      assertThat(read.floats("nothing")).isEmpty();
      assertThat(read.entry("floats").shape()).containsExactly(2L, 3L);
      assertThat(read.entry("floats").count()).isEqualTo(6);
      assertThat(read.entry("floats").dtype()).isEqualTo(Dtype.F32);
      assertThat(read.metadata()).containsEntry("naïve \"key\"", "line\nbreak");
      assertThat(read.contains("floats")).isTrue();
      assertThat(read.contains("absent")).isFalse();
      assertThat(read.entries()).hasSize(5);
      assertThat(read.map("floats").asFloatBuffer().get(5)).isEqualTo(1f / 3);
    }
  }

  @Test
  void arraysLargerThanAChunkAreWrittenAndReadInPieces() throws IOException {
    Path file = folder.resolve("large.safetensors");
    int count = 700_001; // 2.8 MB: two full chunks and a part
    Tensor counting =
        new Tensor(
            "counting",
            Dtype.I32,
            List.of((long) count),
            (first, chunk) -> {
              for (int value = (int) first; chunk.hasRemaining(); value++) {
                chunk.putInt(value);
              }
            });
    Safetensors.write(file, Map.of(), List.of(counting));

    try (Safetensors read = Safetensors.open(file)) {
      int[] values = read.ints("counting");
      for (int k = 0; k < count; k++) {
        assertThat(values[k]).isEqualTo(k);
      }
    }
  }

  @Test
  void contentThatDoesNotFillItsPieceIsAnErrorAndLeavesNoFile() {
    Path file = folder.resolve("short.safetensors");
    Tensor lazy = new Tensor("lazy", Dtype.F32, List.of(3L), (first, chunk) -> chunk.putFloat(1f));
    assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(lazy)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("tensor 'lazy': expected its content to fill 12 bytes, got 4");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void fullDiskLeavesTheOldContentAndNothingElse() throws IOException {
    Path file = folder.resolve("state.safetensors");
    Files.writeString(file, "old");
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "only Linux has /dev/full");
    Files.createSymbolicLink(folder.resolve("state.safetensors.part"), full);
    assertThatThrownBy(
            () ->
                Safetensors.write(
                    file, Map.of(), List.of(Tensor.of("x", new float[100_000], 100_000))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    assertThat(file).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void writerRefusesDuplicateNamesAndWrongCounts() {
    Tensor one = Tensor.of("x", new int[] {1}, 1);
    assertThatThrownBy(() -> Safetensors.write(folder.resolve("f"), Map.of(), List.of(one, one)))
        .hasMessage("tensor names: expected each once and none __metadata__, got 'x' again");
    assertThatThrownBy(() -> Tensor.of("x", new float[5], 2, 3))
        .hasMessage("tensor 'x': expected 6 numbers for shape [2, 3], got 5");
    assertThatThrownBy(() -> new Tensor("x", Dtype.F32, List.of(-1L), (first, chunk) -> {}))
        .hasMessage("tensor 'x': expected lengths of at least 0, got [-1]");
    assertThatThrownBy(
            () -> new Tensor("x", Dtype.F32, List.of(1L << 40, 1L << 40), (first, chunk) -> {}))
        .hasMessageStartingWith("tensor 'x': expected fewer than 2^63 bytes");
  }

  @Test
  void readerNamesWhatIsAbsentOrOfAnotherDtype() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Safetensors.write(file, Map.of(), List.of(Tensor.of("x", new int[] {1}, 1)));
    try (Safetensors read = Safetensors.open(file)) {
      assertThatThrownBy(() -> read.floats("x"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(file + ", tensor 'x': expected dtype F32, got I32");
      assertThatThrownBy(() -> read.floats("y"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(file + ": expected a tensor 'y', got only [x]");
    }
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> Safetensors.open(absent))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(absent + ": expected a safetensors file, got no such file; check the path");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(folder + ": expected a safetensors file, got a folder");
  }

  @Test
  void everyHeaderFieldIsChecked() throws IOException {
    refused("[]", 0, ": expected a safetensors header that begins with '{', got another byte");
    refused("{\"a\":", 0, ": expected a JSON header, got at its character");
    refused("{\"a\":1}", 0, ", tensor 'a': expected an object, got 1");
    refused(tensor("F16", "[2]", "[0,4]"), 4, "dtype: expected F32, F64, I32 or I64, got 'F16'");
    refused(tensor("BF16", "[2]", "[0,4]"), 4, "got 'BF16'; convert the tensor first");
    refused(tensor("F32", "[-1]", "[0,4]"), 4, "shape: expected integers in [0, 2^63), got -1");
    refused(tensor("F32", "[1.5]", "[0,4]"), 4, "shape: expected a list of integers, got 1.5");
    refused(tensor("F32", "7", "[0,4]"), 4, "shape: expected a list of integers, got 7");
    refused(
        tensor("F32", "[99999999999999999999]", "[0,4]"),
        4,
        "shape: expected integers in [0, 2^63), got 99999999999999999999");
    refused(
        tensor("F32", "[4294967296,4294967296]", "[0,0]"),
        0,
        "shape: expected fewer than 2^63 bytes, got [4294967296, 4294967296]");
    refused(
        tensor("F32", "[2]", "[0,4]"),
        4,
        "data_offsets: expected 8 bytes for F32 of shape [2], got 4");
    refused(
        tensor("F32", "[1]", "[4,0]"), 4, "data_offsets: expected begin at most end, got 4 and 0");
    refused(tensor("F32", "[1]", "[0]"), 4, "data_offsets: expected 2 numbers, got 1");
    refused(
        tensor("F32", "[1]", "[0,4,8]"), 4, "data_offsets: expected at most 2 numbers, got more");
    refused(
        tensor("F32", "[1]", "[4,8]"),
        8,
        "data_offsets: expected begin 0, where the one before ends, got 4");
    refused(
        tensor("F32", "[1]", "[0,4]"),
        3,
        ": expected 4 bytes after the header, as its data_offsets say, got 3; the file is cut short or damaged");
    refused(tensor("F32", "[1]", "[0,4]"), 5, ": expected 4 bytes after the header");
    refused(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        0,
        "tensor 'a': expected the fields dtype, shape and data_offsets, got no data_offsets");
    refused(
        "{\"a\":{\"dtype\":\"F32\",\"x\":1}}",
        0,
        "tensor 'a': expected the fields dtype, shape and data_offsets, got 'x'");
    refused(
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}",
        0,
        "tensor 'a', dtype: expected to stand once, got it twice");
    String a = tensor("F32", "[1]", "[0,4]");
    String inner = a.substring(1, a.length() - 1);
    refused("{" + inner + "," + inner + "}", 4, "tensor 'a': expected to stand once, got it twice");
    refused(
        "{" + inner + "," + inner.replace("\"a\"", "\"b\"") + "}",
        4,
        "tensor 'b', data_offsets: expected begin 4, where the one before ends, got 0");
    refused("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__ 'k': expected a text, got 1");
    refused(
        "{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}",
        0,
        "__metadata__ 'k': expected to stand once, got it twice");
    refused(
        "{\"__metadata__\":{},\"__metadata__\":{}}",
        0,
        "__metadata__: expected to stand once, got it twice");
    refused("{} {}", 0, "header: expected nothing but spaces after it, got more");
    refused("{\"two\\nlines\":1}", 0, "tensor 'two lines': expected an object, got 1");
  }

  @Test
  void headerLengthBeyondTheFileIsRefusedBeforeAnythingIsAllocated() throws IOException {
    Path file = folder.resolve("huge.safetensors");
    for (long length : new long[] {3, 1L << 30, Long.MAX_VALUE, -1}) {
      ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(file, bytes.putLong(length).put((byte) '{').put((byte) '}').array());
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              file
                  + ", header length: expected at most 2, got "
                  + Long.toUnsignedString(length)
                  + "; it is no safetensors file or damaged");
    }
    Files.write(file, new byte[7]);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ": expected a safetensors file of at least 8 bytes, got 7");
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  private void refused(String header, int dataBytes, String message) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("refused.safetensors");
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
