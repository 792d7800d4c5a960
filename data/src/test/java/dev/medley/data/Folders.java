package dev.medley.data;

import dev.medley.formats.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small dataset folders for tests. */
final class Folders {
  private Folders() {}

  /** A folder {@code shop} with {@code shop.inter} of these lines; blanks become tabs. */
  static Path shop(Path parent, String... lines) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("shop"));
    lines(folder.resolve("shop.inter"), lines);
    return folder;
  }

  /** A file of these lines; blanks become tabs. */
  static void lines(Path file, String... lines) throws IOException {
    Files.writeString(file, String.join("\n", lines).replace(' ', '\t') + "\n");
  }

  /** An NPY file of float32 rows. */
  static void features(Path folder, String modality, float[]... rows) throws IOException {
    Npy.write(
        folder.resolve(modality + "_feat.npy"),
        rows.length,
        rows[0].length,
        (row, out) -> System.arraycopy(rows[row], 0, out, 0, out.length));
  }

  /** An NPY file of float32 rows of one number each: 0, 1, 2, … */
  static void counting(Path folder, String modality, int rows) throws IOException {
    Npy.write(folder.resolve(modality + "_feat.npy"), rows, 1, (row, out) -> out[0] = row);
  }

  /** An NPY file with any header. */
  static void npy(Path file, String dictionary, int dataBytes) throws IOException {
    byte[] header =
        (dictionary + " ".repeat(117 - dictionary.length()) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.allocate(128 + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) 118);
    Files.write(file, bytes.put(header).array());
  }
}
