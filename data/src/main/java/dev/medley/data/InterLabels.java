package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes the split of a dataset into the file that its interactions were read from. */
final class InterLabels {
  private static final String COLUMN = "x_label";

  private InterLabels() {}

  /** Replaces {@code file} by itself with {@code x_label} as the last column. */
  static void add(Path file, Dataset dataset) throws IOException {
    try (TsvReader lines = TsvReader.open(file, "userID itemID")) {
      List<String> header = lines.header();
      int user = InterFile.column(file, header, "userID", "user_id");
      int item = InterFile.column(file, header, "itemID", "item_id");
      int old = InterFile.column(file, header, COLUMN, COLUMN);
      AtomicFile.write(
          file,
          out -> {
            for (int k = 0; k < header.size(); k++) {
              if (k != old) {
                out.write((header.get(k) + "\t").getBytes(StandardCharsets.UTF_8));
              }
            }
            out.write((COLUMN + "\n").getBytes(StandardCharsets.UTF_8));
            while (lines.next()) {
              for (int k = 0; k < header.size(); k++) {
                if (k != old) {
                  out.write(lines.bytes(), lines.begin(k), lines.end(k) - lines.begin(k));
                  out.write('\t');
                }
              }
              writeLabel(
                  dataset,
                  dataset.users().indexOf(lines.text(user, "userID")),
                  dataset.items().indexOf(lines.text(item, "itemID")),
                  out);
            }
          });
    }
  }

  private static void writeLabel(Dataset dataset, int user, int item, OutputStream out)
      throws IOException {
    int label =
        dataset.test().contains(user, item)
            ? Splitter.TEST
            : dataset.validation().contains(user, item) ? Splitter.VALIDATION : Splitter.TRAIN;
    out.write('0' + label);
    out.write('\n');
  }
}
