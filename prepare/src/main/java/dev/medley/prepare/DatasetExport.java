package dev.medley.prepare;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.data.DatasetFolder;
import dev.medley.data.FolderDraft;
import dev.medley.data.ReadOptions;
import dev.medley.formats.AtomicFile;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a dataset folder as other tools read it. */
public final class DatasetExport {

  /** A form of files. */
  public enum Format {
    /** {@code NAME.inter} with numbers for ids, feature files, and the ids of the numbers. */
    MMREC,
    /** Atomic files: {@code NAME.inter}, its three parts, {@code NAME.item}. */
    RECBOLE,
    /** {@code interactions.csv}, {@code items.csv}, feature files and pictures. */
    CSV
  }

  private static final String[] PARTS = {"train", "valid", "test"};

  private final Path folder;
  private final Dataset dataset;
  private final ExportedLines lines;

  private DatasetExport(Path folder, Dataset dataset, ExportedLines lines) {
    this.folder = folder;
    this.dataset = dataset;
    this.lines = lines;
  }

  /**
   * Exports a dataset; the folder appears whole or not at all.
   *
   * @param out new or empty
   * @return the names of the files, sorted
   * @throws InvalidInputException if the dataset is not as it should be
   */
  public static List<String> run(Path folder, ReadOptions options, Format format, Path out)
      throws IOException {
    Dataset dataset = DatasetFolder.read(folder, options);
    FolderDraft.checkFree(out);
    DatasetExport export = new DatasetExport(folder, dataset, ExportedLines.of(folder, dataset));
    try (FolderDraft draft = FolderDraft.open(out)) {
      switch (format) {
        case MMREC -> export.mmrec(draft.path());
        case RECBOLE -> export.recbole(draft.path());
        case CSV -> export.csv(draft.path());
      }
      List<String> names;
      try (var files = Files.list(draft.path())) {
        names = files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
      }
      draft.publish();
      return names;
    }
  }

  private void mmrec(Path out) throws IOException {
    List<String> users = numbers(dataset.users(), false);
    List<String> items = numbers(dataset.items(), !dataset.features().isEmpty());
    AtomicFile.write(
        out.resolve(dataset.name() + ".inter"),
        file -> {
          line(file, join("userID", "itemID", lines.rest(), "x_label"));
          lines.forEach(
              (user, item, rest, label) ->
                  line(
                      file, join(users.get(user), items.get(item), rest, Integer.toString(label))));
        });
    mapping(out.resolve("u_id_mapping.csv"), "user_id\tuserID", dataset.users(), users);
    mapping(out.resolve("i_id_mapping.csv"), "asin\titemID", dataset.items(), items);
    features(out);
  }

  private static String join(String user, String item, List<String> rest, String label) {
    List<String> all = new ArrayList<>(List.of(user, item));
    all.addAll(rest);
    all.add(label);
    return String.join("\t", all);
  }

  /**
   * The numbers that stand for ids: the ids themselves where they are whole numbers without large
   * gaps, else their places.
   *
   * @param rows whether row k of a matrix is number k, which allows no gap
   */
  private static List<String> numbers(Ids ids, boolean rows) {
    long largest = -1;
    boolean whole = true;
    for (String id : ids.all()) {
      whole &= id.matches("0|[1-9][0-9]{0,8}");
      largest = whole ? Math.max(largest, Long.parseLong(id)) : largest;
    }
    if (whole && largest < (rows ? ids.size() : 2L * ids.size() + 100)) {
      return ids.all();
    }
    List<String> places = new ArrayList<>();
    for (int k = 0; k < ids.size(); k++) {
      places.add(Integer.toString(k));
    }
    return places;
  }

  private static void mapping(Path file, String header, Ids ids, List<String> numbers)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          line(out, header);
          for (int k = 0; k < ids.size(); k++) {
            line(out, ids.id(k) + "\t" + numbers.get(k));
          }
        });
  }

  private void features(Path out) throws IOException {
    List<String> linesOfItems = FeatureRows.idsOfLines(folder);
    int[] rowOf = new int[dataset.items().size()];
    for (int k = 0; k < rowOf.length; k++) {
      rowOf[k] = linesOfItems.isEmpty() ? k : -1;
    }
    for (int row = 0; row < linesOfItems.size(); row++) {
      rowOf[dataset.items().indexOf(linesOfItems.get(row))] = row;
    }
    for (FeatureMatrix matrix : dataset.features()) {
      String name = matrix.modality() + "_feat.npy";
      Npy array = Npy.read(folder.resolve(name));
      if (array.type() == Npy.Type.FLOAT64) {
        Npy.writeDoubles(
            out.resolve(name),
            matrix.rows(),
            matrix.dimension(),
            (item, row) -> {
              if (matrix.isPresent(item)) {
                array.copyRow(rowOf[item], row);
              } else {
                Arrays.fill(row, Double.NaN);
              }
            });
      } else {
        Npy.write(
            out.resolve(name),
            matrix.rows(),
            matrix.dimension(),
            (item, row) -> {
              if (matrix.isPresent(item)) {
                matrix.copyRow(item, row, 0);
              } else {
                Arrays.fill(row, Float.NaN);
              }
            });
      }
    }
  }

  private void recbole(Path out) throws IOException {
    List<String> header = new ArrayList<>(List.of("user_id:token", "item_id:token"));
    lines.rest().forEach(name -> header.add(name + ":float"));
    inter(out.resolve(dataset.name() + ".inter"), header, -1);
    for (int part = 0; part < PARTS.length; part++) {
      inter(out.resolve(dataset.name() + "." + PARTS[part] + ".inter"), header, part);
    }
    AtomicFile.write(
        out.resolve(dataset.name() + ".item"),
        file -> {
          line(
              file,
              "item_id:token\ttitle:token_seq\tdescription:token_seq\tbrand:token\tcategories:token_seq");
          for (int item = 0; item < dataset.items().size(); item++) {
            ItemDescription known = description(item);
            line(
                file,
                String.join(
                    "\t",
                    dataset.items().id(item),
                    known.title(),
                    known.description(),
                    known.brand(),
                    known.categories().stream()
                        .map(name -> name.strip().replaceAll("[\\s,]+", "_"))
                        .collect(Collectors.joining(" "))));
          }
        });
  }

  private void inter(Path path, List<String> header, int part) throws IOException {
    AtomicFile.write(
        path,
        file -> {
          line(file, String.join("\t", header));
          lines.forEach(
              (user, item, rest, label) -> {
                if (part < 0 || label == part) {
                  List<String> fields =
                      new ArrayList<>(List.of(dataset.users().id(user), dataset.items().id(item)));
                  fields.addAll(rest);
                  line(file, String.join("\t", fields));
                }
              });
        });
  }

  private void csv(Path out) throws IOException {
    AtomicFile.write(
        out.resolve("interactions.csv"),
        file -> {
          List<String> header = new ArrayList<>(List.of("user", "item"));
          header.addAll(lines.rest());
          header.add("split");
          line(file, row(header));
          lines.forEach(
              (user, item, rest, label) -> {
                List<String> fields =
                    new ArrayList<>(List.of(dataset.users().id(user), dataset.items().id(item)));
                fields.addAll(rest);
                fields.add(PARTS[label]);
                line(file, row(fields));
              });
        });
    AtomicFile.write(
        out.resolve("items.csv"),
        file -> {
          line(file, "id,title,description,brand,categories,image");
          for (int item = 0; item < dataset.items().size(); item++) {
            ItemDescription known = description(item);
            line(
                file,
                row(
                    List.of(
                        dataset.items().id(item),
                        known.title(),
                        known.description(),
                        known.brand(),
                        String.join("|", known.categories()),
                        known.image())));
          }
        });
    features(out);
    Path images = folder.resolve(PictureFolder.IMAGES);
    if (Files.isDirectory(images)) {
      PictureFolder pictures = new PictureFolder(images, false);
      Drops ignored = new Drops();
      for (int item = 0; item < dataset.items().size(); item++) {
        pictures.link(out, dataset.items().id(item), description(item).image(), ignored);
      }
    }
  }

  private ItemDescription description(int item) {
    return dataset.descriptions().isEmpty()
        ? new ItemDescription("", "", "", List.of(), "")
        : dataset.descriptions().get(item);
  }

  private static String row(List<String> fields) {
    return fields.stream()
        .map(
            field ->
                field.matches("[^\",\\r\\n]*") ? field : "\"" + field.replace("\"", "\"\"") + "\"")
        .collect(Collectors.joining(","));
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  /** The part of a pair: 0 training, 1 validation, 2 test. */
  static int label(Dataset dataset, int user, int item) {
    Interactions[] parts = {dataset.train(), dataset.validation(), dataset.test()};
    for (int label = 0; label < parts.length; label++) {
      if (parts[label].contains(user, item)) {
        return label;
      }
    }
    throw new InvalidInputException(
        "interactions: expected those of the dataset, got others; they changed meanwhile");
  }
}
