package dev.medley.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever bytes are found, the reader reads them or says in one sentence why not. */
class SafetensorsFuzzTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int HEADER_BEGIN = 8;

  /** What JSON takes from its pools and what a message costs, whatever the file. */
  private static final long FIXED_BYTES = 256 << 10;

  private static Path folder = Path.of("");
  private static byte[] valid = {};

  /** One way to damage a file; positions are wrapped to its length. */
  private record Mutation(int kind, int position, int value) {}

  @BeforeContainer
  static void writeAValidFile() throws IOException {
    folder = Files.createTempDirectory("safetensors-fuzz");
    Path file = folder.resolve("valid.safetensors");
    Safetensors.write(
        file,
        Map.of("by", "medley"),
        List.of(
            Tensor.of("nodes", new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            Tensor.of("step", new long[] {17}),
            Tensor.of("items", new int[] {3, 1, 2}, 3)));
    valid = Files.readAllBytes(file);
  }

  @AfterContainer
  static void deleteAll() throws IOException {
    Files.deleteIfExists(folder.resolve("valid.safetensors"));
    Files.deleteIfExists(folder.resolve("mutated.safetensors"));
    Files.deleteIfExists(folder);
  }

  @Property(tries = 12_000, shrinking = ShrinkingMode.OFF)
  void mutatedFileIsReadOrRefusedInLittleMemory(@ForAll("mutations") List<Mutation> mutations)
      throws IOException {
    byte[] bytes = valid.clone();
    for (Mutation mutation : mutations) {
      bytes = mutated(bytes, mutation);
    }
    Path file = folder.resolve("mutated.safetensors");
    Files.write(file, bytes);

    long before = THREADS.getCurrentThreadAllocatedBytes();
    try (Safetensors read = Safetensors.open(file)) {
      for (Safetensors.Entry entry : read.entries()) {
        switch (entry.dtype()) {
          case F32 -> assertThat(read.floats(entry.name()).length).isEqualTo((int) entry.count());
          case F64 -> assertThat(read.doubles(entry.name()).length).isEqualTo((int) entry.count());
          case I32 -> assertThat(read.ints(entry.name()).length).isEqualTo((int) entry.count());
          case I64 -> assertThat(read.longs(entry.name()).length).isEqualTo((int) entry.count());
        }
      }
    } catch (InvalidInputException refused) {
      assertThat(refused.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(FIXED_BYTES + 100L * bytes.length);
  }

  private static byte[] mutated(byte[] bytes, Mutation mutation) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = mutation.position % bytes.length;
    byte value = (byte) mutation.value;
    return switch (mutation.kind) {
      case 0 -> replaced(bytes, at, at + 1, value);
      case 1 -> replaced(bytes, at, at + 1, (byte) (bytes[at] ^ (1 << (mutation.value & 7))));
      case 2 -> replaced(bytes, at, bytes.length);
      case 3 -> replaced(bytes, at, at, value);
      case 4 -> replaced(bytes, at, at + 1);
      case 5 -> replaced(bytes, at % HEADER_BEGIN, at % HEADER_BEGIN + 1, value);
      case 6 -> withText(bytes, at, mutation.value);
      default -> throw new IllegalArgumentException("kind " + mutation.kind);
    };
  }

  /** Puts a dangerous text where the header's next digit stands, and mends the header's length. */
  private static byte[] withText(byte[] bytes, int from, int choice) {
    List<String> texts =
        List.of(
            "-1",
            "0",
            "2147483648",
            "9223372036854775807",
            "1e308",
            "[[[[",
            "null",
            "\"\\ud800\"",
            "{\"a\":{}}",
            "18446744073709551615",
            ",",
            "\"__metadata__\":{},");
    byte[] text = texts.get(Math.floorMod(choice, texts.size())).getBytes(StandardCharsets.UTF_8);
    for (int at = Math.max(from, HEADER_BEGIN); at < bytes.length; at++) {
      if (bytes[at] >= '0' && bytes[at] <= '9') {
        byte[] longer = replaced(bytes, at, at + 1, text);
        int length = (bytes[0] & 255) + ((bytes[1] & 255) << 8) + text.length - 1;
        longer[0] = (byte) length;
        longer[1] = (byte) (length >> 8);
        return longer;
      }
    }
    return bytes;
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte... by) {
    byte[] result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }

  @Provide
  Arbitrary<List<Mutation>> mutations() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 6),
            Arbitraries.integers().between(0, 1 << 20),
            Arbitraries.integers().between(-128, 127))
        .as(Mutation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }
}
