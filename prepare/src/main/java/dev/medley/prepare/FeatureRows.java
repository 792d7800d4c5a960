package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.data.ItemLine;
import dev.medley.formats.Npy;
import dev.medley.prepare.readers.TableReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code MODALITY_feat.npy} files of a folder, a row per item. */
final class FeatureRows {
  private static final String SUFFIX = "_feat.npy";

  private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,8}");

  private FeatureRows() {}

  /** The files in a folder, sorted. */
  static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .filter(file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
          .filter(file -> String.valueOf(file.getFileName()).length() > SUFFIX.length())
          .sorted()
          .toList();
    }
  }

  /**
   * Refuses files that do not have the same number of rows.
   *
   * @return how many; 0 where there is no file
   */
  static int count(List<Path> files) throws IOException {
    List<Integer> rows = new ArrayList<>();
    for (Path file : files) {
      Npy array = Npy.read(file);
      if (array.dimensions() != 2 || array.columns() == 0 || !array.type().isFloating()) {
        throw new InvalidInputException(
            "%s: expected a matrix of floating-point numbers with a row per item, got %s of shape %s"
                .formatted(file, array.type(), array.shape()));
      }
      rows.add(array.rows());
      if (!rows.get(0).equals(array.rows())) {
        throw new InvalidInputException(
            "%s: expected %d rows as in %s, got %d; give every modality one row per item"
                .formatted(file, rows.get(0), files.get(0).getFileName(), array.rows()));
      }
    }
    return rows.isEmpty() ? 0 : rows.get(0);
  }

  /**
   * Refuses an item that is no row, as reading a dataset folder without {@code items.tsv} does.
   *
   * @param files may be empty; then any item is fine
   * @param rows what {@link #count} gives for them
   * @param where the place of the item, for messages
   */
  static void checkItem(List<Path> files, int rows, String item, String where) {
    if (files.isEmpty()) {
      return;
    }
    Path first = files.get(0).getFileName();
    String remedy = "number the items by their rows, or leave the feature files out";
    if (!INTEGER.matcher(item).matches()) {
      String shown = item.replaceAll("\\p{Cntrl}", "?");
      throw new InvalidInputException(
          "%s: expected an integer 0 … %d (row k of %s is item k), got '%s'; %s"
              .formatted(
                  where,
                  rows - 1,
                  first,
                  shown.length() > 100 ? shown.substring(0, 100) + "…" : shown,
                  remedy));
    }
    if (Long.parseLong(item) >= rows) {
      throw new InvalidInputException(
          "%s: expected an integer 0 … %d (%s has %d rows and row k is item k), got %s; %s"
              .formatted(where, rows - 1, first, rows, item, remedy));
    }
  }

  /**
   * Hands over the rows of all files; double precision stays.
   *
   * @param idOf the item of each row; null where it has none
   */
  static void write(List<Path> files, IntFunction<@Nullable String> idOf, VectorSink sink)
      throws IOException {
    for (Path file : files) {
      Npy array = Npy.read(file);
      String name = String.valueOf(file.getFileName());
      double[] values = new double[array.columns()];
      sink.modality(
          name.substring(0, name.length() - SUFFIX.length()),
          array.columns(),
          array.type() == Npy.Type.FLOAT64,
          modality -> {
            for (int row = 0; row < array.rows(); row++) {
              array.copyRow(row, values);
              modality.add(idOf.apply(row), values, name + " row " + row);
            }
          });
    }
  }

  /** The items in the order of {@code items.tsv}; none where a folder has no such file. */
  static List<String> idsOfLines(Path folder) throws IOException {
    Path file = folder.resolve(ItemLine.FILE);
    List<String> ids = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      TableReader.Form form = new TableReader.Form("\t", false, StandardCharsets.UTF_8);
      try (TableReader table = TableReader.open(file, form)) {
        int id = TableHeader.read(file, table).column("id");
        while (table.next()) {
          if (table.fields().size() <= id) {
            throw new InvalidInputException(table.where() + ": expected an id, got none");
          }
          ids.add(table.fields().get(id));
        }
      }
    }
    return ids;
  }
}
