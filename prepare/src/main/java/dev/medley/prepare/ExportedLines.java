package dev.medley.prepare;

import dev.medley.core.Dataset;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.prepare.readers.TableReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The interactions of a dataset folder in the order of its file, each pair once, with its split.
 */
final class ExportedLines {
  private static final TableReader.Form FORM =
      new TableReader.Form("\t", false, StandardCharsets.UTF_8);

  private final Path inter;
  private final Dataset dataset;
  private final List<String> rest;

  private ExportedLines(Path inter, Dataset dataset, List<String> rest) {
    this.inter = inter;
    this.dataset = dataset;
    this.rest = rest;
  }

  /** Takes an interaction. */
  interface Line {
    /**
     * One interaction.
     *
     * @param user dense number
     * @param item dense number
     * @param rest rating and timestamp as they are written, where the file has them
     * @param label 0 training, 1 validation, 2 test
     */
    void take(int user, int item, List<String> rest, int label) throws IOException;
  }

  static ExportedLines of(Path folder, Dataset dataset) throws IOException {
    Path inter = folder.resolve(dataset.name() + ".inter");
    try (TableReader table = TableReader.open(inter, FORM)) {
      TableHeader header = TableHeader.read(inter, table).withoutTypes();
      List<String> rest = new ArrayList<>();
      for (String name : List.of("rating", "timestamp")) {
        if (header.find(name) >= 0) {
          rest.add(name);
        }
      }
      return new ExportedLines(inter, dataset, rest);
    }
  }

  /** Which of rating and timestamp the file has. */
  List<String> rest() {
    return rest;
  }

  void forEach(Line line) throws IOException {
    Interactions[] parts = {dataset.train(), dataset.validation(), dataset.test()};
    BitSet[] done = {new BitSet(), new BitSet(), new BitSet()};
    try (TableReader table = TableReader.open(inter, FORM)) {
      TableHeader header = TableHeader.read(inter, table).withoutTypes();
      int userAt = header.findFirst("userID", "user_id");
      int itemAt = header.findFirst("itemID", "item_id");
      int[] restAt = rest.stream().mapToInt(header::find).toArray();
      while (table.next()) {
        List<String> fields = table.fields();
        if (header.fault(table) != null) {
          throw new InvalidInputException(
              table.where() + ": expected the fields of the header, got " + header.fault(table));
        }
        int user = dataset.users().indexOf(fields.get(userAt));
        int item = dataset.items().indexOf(fields.get(itemAt));
        if (user == Ids.UNKNOWN || item == Ids.UNKNOWN) {
          throw new InvalidInputException(
              table.where() + ": expected known ids, got others; the file changed meanwhile");
        }
        int label = DatasetExport.label(dataset, user, item);
        Interactions part = parts[label];
        int place = Arrays.binarySearch(part.columns(), part.begin(user), part.end(user), item);
        if (!done[label].get(place)) {
          done[label].set(place);
          List<String> values = new ArrayList<>();
          for (int at : restAt) {
            values.add(fields.get(at));
          }
          line.take(user, item, values, label);
        }
      }
    }
  }
}
