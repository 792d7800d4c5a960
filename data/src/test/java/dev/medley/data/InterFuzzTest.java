package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
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

class InterFuzzTest {
  private static final String[] FILES = {
    "userID\titemID\tx_label\n0\t1\t0\n0\t2\t1\n0\t3\t2\n1\t1\t0\n12\t999999999999999999\t0\n",
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\r\na\tb\t4.5\t1e9\r\na\tc\t1\t2\r\n",
    "\ufeffitemID\tnote\tuserID\nü\tx\t1\n7\ty\t1\n007\tz\t2\n",
  };
  private static final byte[] TELLING =
      "\t\t\n\n\r0123456789-.e \0\1".getBytes(StandardCharsets.ISO_8859_1);

  private static Path folder = Path.of("");

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = Files.createTempDirectory("fuzz");
    Files.createFile(folder.resolve("x.inter"));
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("x.inter"));
    Files.deleteIfExists(folder);
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.OFF)
  void mutatedFileIsReadOrRefused(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = FILES[random.nextInt(FILES.length)].getBytes(StandardCharsets.UTF_8);
    int header = 3 * bytes.length / 5;
    for (int mutations = 1 + random.nextInt(5); mutations > 0; mutations--) {
      int at =
          random.nextInt(4) == 0
              ? random.nextInt(bytes.length)
              : bytes.length - 1 - random.nextInt(header);
      bytes[at] =
          random.nextBoolean()
              ? TELLING[random.nextInt(TELLING.length)]
              : (byte) random.nextInt(256);
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    overwrite(Arrays.copyOf(bytes, length));

    try {
      Dataset dataset = DatasetFolder.read(folder);
      assertThat(dataset.train().size()).isPositive();
      assertThat(dataset.items().size()).isLessThan(length);
    } catch (InvalidInputException refused) {
      assertThat(refused.getMessage()).startsWith(folder.toString()).doesNotContainPattern("\\R");
    }
  }

  /** Without truncating to nothing first, which some file systems answer with a slow flush. */
  private static void overwrite(byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(folder.resolve("x.inter"), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      channel.truncate(bytes.length);
    }
  }
}
