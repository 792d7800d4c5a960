package dev.medley.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class NpyFuzzTest {
  private static final String[] HEADERS = {
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), }",
    "{'descr': '>f2', 'fortran_order': True, 'shape': (4, 6), }",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }",
    "{'descr': '<i8', 'fortran_order': False, 'shape': (6,), }"
  };
  private static final byte[] TELLING =
      "0123456789-,()[]{}'\"<>|OifLTrue \0\1\2\3\177".getBytes(StandardCharsets.ISO_8859_1);

  private static Path file = Path.of("");

  @BeforeContainer
  static void createFile() throws IOException {
    file = Files.createTempFile("fuzz", ".npy");
  }

  @AfterContainer
  static void deleteFile() throws IOException {
    Files.deleteIfExists(file);
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.OFF)
  void mutatedFileIsReadOrRefused(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes =
        NpyBytes.of(1 + random.nextInt(3), HEADERS[random.nextInt(HEADERS.length)], new byte[48]);
    for (int mutations = 1 + random.nextInt(6); mutations > 0; mutations--) {
      int at = random.nextInt(random.nextBoolean() ? 80 : bytes.length);
      bytes[at] =
          random.nextBoolean()
              ? TELLING[random.nextInt(TELLING.length)]
              : (byte) random.nextInt(256);
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    overwrite(Arrays.copyOf(bytes, length));

    try {
      Npy array = Npy.read(file, random.nextInt(10) == 0 ? 0 : Long.MAX_VALUE);
      long numbers = (long) array.rows() * array.columns();
      assertThat(numbers * array.type().bytes()).isLessThan(length);
      assertThat(array.toFloats().length).isEqualTo((int) numbers);
      assertThat(array.toDoubles().length).isEqualTo((int) numbers);
    } catch (InvalidInputException refused) {
      assertThat(refused.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    }
  }

  /** Without truncating to nothing first, which some file systems answer with a slow flush. */
  private static void overwrite(byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      channel.truncate(bytes.length);
    }
  }
}
