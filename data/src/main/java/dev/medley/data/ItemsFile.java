package dev.medley.data;

import dev.medley.core.Ids;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The descriptions of items in {@code items.tsv}; data line k names the item of feature row k. */
final class ItemsFile {
  /** Its name in every dataset folder. */
  static final String NAME = ItemLine.FILE;

  private static final List<String> COLUMNS = List.of(ItemLine.HEADER.split("\t"));
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
    try (TsvReader lines = TsvReader.open(file, String.join(" ", COLUMNS))) {
      List<String> header = lines.header();
      if (!header.get(0).equals("id")) {
        throw new InvalidInputException(
            "%s line 1: expected 'id' as the first column, got %s; put the ids first"
                .formatted(file, Quote.of(header.get(0))));
      }
      for (String column : COLUMNS) {
        if (header.indexOf(column) != header.lastIndexOf(column)) {
          throw new InvalidInputException(
              file + " line 1: expected one column " + column + ", got two; remove one");
        }
      }
      while (lines.next()) {
        if (InterFile.id(lines, 0, "id", items, (line, field, integer) -> {})
            < descriptions.size()) {
          throw lines.bad(
              "id",
              "expected each item once, got "
                  + Quote.of(lines.text(0, "id"))
                  + " twice; remove one of its lines");
        }
        descriptions.add(
            new ItemDescription(
                field(lines, header, 1),
                field(lines, header, 2),
                field(lines, header, 3),
                categories(field(lines, header, 4)),
                field(lines, header, 5)));
      }
    }
    if (descriptions.isEmpty()) {
      throw new InvalidInputException(
          file + ": expected at least one item below the header, got none; add some");
    }
    return descriptions;
  }

  /** What is said of an item that has no line. */
  static ItemDescription unknown() {
    return UNKNOWN;
  }

  private static String field(TsvReader lines, List<String> header, int column) {
    int field = header.indexOf(COLUMNS.get(column));
    return field < 0 ? "" : lines.text(field, COLUMNS.get(column));
  }

  private static List<String> categories(String joined) {
    return Arrays.stream(joined.split("\\|", -1)).filter(name -> !name.isEmpty()).toList();
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
