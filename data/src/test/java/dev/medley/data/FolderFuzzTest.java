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

class FolderFuzzTest {
  private static final String[] FILES = {
    "userID\titemID\tx_label\n0\t1\t0\n0\t2\t1\n0\t3\t2\n1\t1\t0\n12\t999999999999999999\t0\n",
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\r\na\tb\t4.5\t1e9\r\na\tc\t1\t2\r\n",
    "\ufeffitemID\tnote\tuserID\nü\tx\t1\n7\ty\t1\n007\tz\t2\n",
  };
  private static final String ITEMS =
      "id\ttitle\tcategories\n0\tA\tx|y\n1\tB\t\n2\t\tz\n3\tü\t|\n12\tC\tx\n";
  private static final String MANIFEST =
      """
      {"format": 1, "modalities": [{"name": "image", "dimension": 2, "missing": ["3", 1]}],
       "files": {"x.inter": "00ff", "gone\\u0041": "00"}, "name": "ü"}
      """;
  private static final byte[] TELLING =
      "\t\t\n\n\r0123456789-.e \0\1{}[]\":,".getBytes(StandardCharsets.ISO_8859_1);

  private static Path folder = Path.of("");

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = Files.createTempDirectory("fuzz");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("x.inter"));
    Files.deleteIfExists(folder);
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.OFF)
  void mutatedInteractionsAreReadOrRefused(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    readOrRefuse("x.inter", mutated(FILES[random.nextInt(FILES.length)], random));
  }

  @Property(tries = 3_000, shrinking = ShrinkingMode.OFF)
  void mutatedItemsAreReadOrRefused(@ForAll long seed) throws IOException {
    overwrite("x.inter", FILES[0].getBytes(StandardCharsets.UTF_8));
    try {
      readOrRefuse("items.tsv", mutated(ITEMS, new Random(seed)));
    } finally {
      Files.deleteIfExists(folder.resolve("items.tsv"));
    }
  }

  @Property(tries = 3_000, shrinking = ShrinkingMode.OFF)
  void mutatedManifestIsReadOrRefused(@ForAll long seed) throws IOException {
    overwrite("x.inter", FILES[0].getBytes(StandardCharsets.UTF_8));
    try {
      readOrRefuse("dataset.json", mutated(MANIFEST, new Random(seed)));
    } finally {
      Files.deleteIfExists(folder.resolve("dataset.json"));
    }
  }

  private static byte[] mutated(String text, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int late = 3 * bytes.length / 5; // mostly behind the header
    for (int mutations = 1 + random.nextInt(5); mutations > 0; mutations--) {
      int at =
          random.nextInt(4) == 0
              ? random.nextInt(bytes.length)
              : bytes.length - 1 - random.nextInt(late);
      bytes[at] =
          random.nextBoolean()
              ? TELLING[random.nextInt(TELLING.length)]
              : (byte) random.nextInt(256);
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    return Arrays.copyOf(bytes, length);
  }

  private static void readOrRefuse(String name, byte[] bytes) throws IOException {
    overwrite(name, bytes);
    try {
      Dataset dataset = DatasetFolder.read(folder);
      assertThat(dataset.train().size()).isPositive();
      assertThat(dataset.items().size()).isLessThan(200);
    } catch (InvalidInputException refused) {
      assertThat(refused.getMessage()).startsWith(folder.toString()).doesNotContainPattern("\\R");
    }
  }

  /** Without truncating to nothing first, which some file systems answer with a slow flush. */
  private static void overwrite(String name, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      channel.truncate(bytes.length);
    }
  }
}
