package dev.medley.prepare;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.data.DatasetFolder;
import dev.medley.formats.Npy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;

/** Writes small files in the formats of others, and reads datasets back as plain texts. */
final class Fixtures {

  private Fixtures() {}

  /** A file of lines, in UTF-8. */
  static Path lines(Path file, String... lines) throws IOException {
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }

  /** A gzip file of several members, a member for each text. */
  static Path gzip(Path file, String... members) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String member : members) {
      all.write(packed(member));
    }
    return Files.write(file, all.toByteArray());
  }

  static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** Records of {@code image_features_*.b}: number k of item n is n + k / 4. */
  static Path vectors(Path file, String... ids) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(ids.length * 16_394).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 0; n < ids.length; n++) {
      bytes.put(ids[n].getBytes(StandardCharsets.US_ASCII));
      for (int k = 0; k < 4096; k++) {
        bytes.putFloat(vectorValue(n, k));
      }
    }
    return Files.write(file, bytes.array());
  }

  static float vectorValue(int n, int k) {
    return n + k / 4f;
  }

  /** A matrix of float64, as MMRec writes its features. */
  static Path doubles(Path file, double[][] rows) throws IOException {
    Npy.writeDoubles(
        file,
        rows.length,
        rows[0].length,
        (row, out) -> System.arraycopy(rows[row], 0, out, 0, out.length));
    return file;
  }

  /** Prepares with all interactions kept where the source does not say otherwise. */
  static Funnel prepare(Source source, Path out) throws IOException {
    return prepare(source, PrepareOptions.DEFAULT.withKCore(1), out);
  }

  static Funnel prepare(Source source, PrepareOptions options, Path out) throws IOException {
    return Preparation.run(source, options, out, Progress.NONE);
  }

  /** All interactions as {@code user item}, whatever their part. */
  static SortedSet<String> pairs(Path folder) throws IOException {
    TreeSet<String> pairs = new TreeSet<>();
    for (String line : labelled(folder)) {
      pairs.add(line.substring(0, line.lastIndexOf(' ')));
    }
    return pairs;
  }

  /** All interactions as {@code user item label}. */
  static SortedSet<String> labelled(Path folder) throws IOException {
    Dataset dataset = DatasetFolder.read(folder);
    TreeSet<String> pairs = new TreeSet<>();
    Interactions[] parts = {dataset.train(), dataset.validation(), dataset.test()};
    for (int label = 0; label < parts.length; label++) {
      for (int user = 0; user < dataset.users().size(); user++) {
        for (int item : parts[label].itemsOf(user)) {
          pairs.add(dataset.users().id(user) + " " + dataset.items().id(item) + " " + label);
        }
      }
    }
    return pairs;
  }

  /** The lines of the {@code .inter} file without the split, header first. */
  static List<String> interactions(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(folder.getFileName() + ".inter"))) {
      lines.add(line.substring(0, line.lastIndexOf('\t')));
    }
    return lines;
  }

  static List<String> items(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("items.tsv"));
  }

  /** The drops as {@code stage: count reason}. */
  static List<String> drops(Funnel funnel) {
    return funnel.drops().stream()
        .map(drop -> drop.stage() + ": " + drop.count() + " " + drop.reason())
        .toList();
  }
}
