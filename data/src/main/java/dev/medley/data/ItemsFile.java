package dev.medley.data;

import dev.medley.core.Ids;
import dev.medley.core.ItemDescription;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The descriptions of items in {@code items.tsv}; data line k names the item of feature row k. */
final class ItemsFile {
  /** Its name in every dataset folder. */
  static final String NAME = ItemLine.FILE;

  static final List<String> COLUMNS = List.of(ItemLine.HEADER.split("\t"));
  private static final ItemDescription UNKNOWN = new ItemDescription("", "", "", List.of(), "");

  private ItemsFile() {}

  /**
   * Reads the file.
   *
   * @param items an empty table; id k stands on data line k
   * @return one description per data line
   */
  static List<ItemDescription> read(Path file, IdTable items) throws IOException {
    List<ItemDescription> descriptions = new ArrayList<>();
    try (ItemLines lines = ItemLines.open(file, items)) {
      while (lines.next()) {
        descriptions.add(lines.description());
      }
    }
    return descriptions;
  }

  /** What is said of an item that has no line. */
  static ItemDescription unknown() {
    return UNKNOWN;
  }

  /**
   * Writes the file.
   *
   * @param descriptions one per item, or none at all
   */
  static void write(Path file, Ids items, List<ItemDescription> descriptions) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          out.write((ItemLine.HEADER + "\n").getBytes(StandardCharsets.UTF_8));
          for (int item = 0; item < items.size(); item++) {
            String line =
                ItemLine.of(
                    items.id(item), descriptions.isEmpty() ? UNKNOWN : descriptions.get(item));
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }
}
