package dev.medley.data;

import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The lines of a dataset's {@code items.tsv} one after the other, without holding them: line k is
 * row k of every feature file.
 */
public final class ItemLines implements Closeable {
  private final Path file;
  private final TsvReader lines;
  private final IdTable items;
  private final int[] columns; // the field of each known column, or −1
  private int row = -1;
  private String id = "";

  private ItemLines(Path file, TsvReader lines, IdTable items) {
    this.file = file;
    this.lines = lines;
    this.items = items;
    List<String> header = lines.header();
    if (!header.get(0).equals("id")) {
      throw new InvalidInputException(
          "%s line 1: expected 'id' as the first column, got %s; put the ids first"
              .formatted(file, Quote.of(header.get(0))));
    }
    for (String column : ItemsFile.COLUMNS) {
      if (header.indexOf(column) != header.lastIndexOf(column)) {
        throw new InvalidInputException(
            file + " line 1: expected one column " + column + ", got two; remove one");
      }
    }
    columns = ItemsFile.COLUMNS.stream().mapToInt(header::indexOf).toArray();
  }

  /**
   * Opens the items of a dataset folder.
   *
   * @throws InvalidInputException if it has no {@code items.tsv}, or one with another header
   */
  public static ItemLines open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "%s: expected a dataset folder, got %s; check the path"
              .formatted(folder, Files.exists(folder) ? "a file" : "no such folder"));
    }
    Path file = folder.resolve(ItemsFile.NAME);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s: expected the items' texts and pictures in this file, got no such file; write it with the columns %s"
              .formatted(file, String.join(" ", ItemsFile.COLUMNS)));
    }
    return open(file, new IdTable());
  }

  /**
   * Opens the file itself.
   *
   * @param items an empty table; id k stands on data line k
   */
  static ItemLines open(Path file, IdTable items) throws IOException {
    TsvReader lines = TsvReader.open(file, String.join(" ", ItemsFile.COLUMNS));
    try {
      return new ItemLines(file, lines, items);
    } catch (RuntimeException failure) {
      lines.close();
      throw failure;
    }
  }

  /**
   * Goes to the next item; false after the last.
   *
   * @throws InvalidInputException if the line is malformed, an id stands twice, or there is none
   */
  public boolean next() throws IOException {
    if (!lines.next()) {
      if (row < 0) {
        throw new InvalidInputException(
            file + ": expected at least one item below the header, got none; add some");
      }
      return false;
    }
    row++;
    if (InterFile.id(lines, 0, "id", items, (line, field, integer) -> {}) < row) {
      throw lines.bad(
          "id",
          "expected each item once, got "
              + Quote.of(lines.text(0, "id"))
              + " twice; remove one of its lines");
    }
    id = lines.text(0, "id");
    return true;
  }

  /** The current item's row in every feature file, from 0. */
  public int row() {
    return row;
  }

  /** The current item's id. */
  public String id() {
    return id;
  }

  /** What is said of the current item. */
  public ItemDescription description() {
    return new ItemDescription(field(1), field(2), field(3), categories(field(4)), field(5));
  }

  private String field(int column) {
    return columns[column] < 0 ? "" : lines.text(columns[column], ItemsFile.COLUMNS.get(column));
  }

  private static List<String> categories(String joined) {
    return Arrays.stream(joined.split("\\|", -1)).filter(name -> !name.isEmpty()).toList();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
