package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.prepare.readers.Unpacked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A split that was published as a file for each of its sets, and feature files whose row k is item
 * k.
 *
 * @param train training
 * @param validation validation, or null
 * @param test test, or null
 * @param features {@code MODALITY_feat.npy} files, may be empty
 */
public record SplitFiles(
    Path train, @Nullable Path validation, @Nullable Path test, List<Path> features) {

  /** Takes a copy of the list. */
  public SplitFiles {
    features = List.copyOf(features);
  }

  /**
   * The files of a folder, with its feature files.
   *
   * @param validation names of which the first that is there counts
   * @throws InvalidInputException if there is no such folder
   */
  static SplitFiles in(Path folder, String train, List<String> validation, String test)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a folder, got none; check the path");
    }
    return new SplitFiles(
        folder.resolve(train),
        first(folder, validation),
        first(folder, List.of(test)),
        FeatureRows.in(folder));
  }

  private static @Nullable Path first(Path folder, List<String> names) {
    for (String name : names) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    return null;
  }

  /** Their names in one line, behind that of the source. */
  String description(String source) {
    List<String> names = new ArrayList<>();
    for (Path file : new Path[] {train, validation, test}) {
      if (file != null) {
        names.add(String.valueOf(file.getFileName()));
      }
    }
    features.forEach(file -> names.add(String.valueOf(file.getFileName())));
    return source + " " + String.join(", ", names);
  }

  /** Whether there is more than training. */
  boolean split() {
    return validation != null || test != null;
  }

  /** Refuses files that are not there, and features of different sizes. */
  void check() throws IOException {
    for (Path file : new Path[] {train, validation, test}) {
      if (file != null) {
        Unpacked.check(file);
      }
    }
    FeatureRows.count(features);
  }

  /** Reads one of the files. */
  interface Reader {
    /**
     * Reads {@code file}.
     *
     * @param label of its interactions
     * @param rows of the feature files, 0 where there is none
     */
    void read(Path file, int label, int rows) throws IOException;
  }

  /** Reads those that are there, training first. */
  void each(Reader reader) throws IOException {
    Path[] files = {train, validation, test};
    int rows = FeatureRows.count(features);
    for (int label = 0; label < files.length; label++) {
      if (files[label] != null) {
        reader.read(files[label], split() ? label : InteractionSink.NO_LABEL, rows);
      }
    }
  }

  /**
   * Hands over the items by number, without descriptions.
   *
   * @param least so many at least, and as many as the features have rows
   * @param place what stands before an item's number, for messages
   */
  void items(int least, String place, ItemSink sink) throws IOException {
    int items = Math.max(FeatureRows.count(features), least);
    for (int item = 0; item < items; item++) {
      String id = Integer.toString(item);
      if (sink.wants(id)) {
        sink.add(id, new ItemDescription("", "", "", List.of(), ""), place + item);
      }
    }
  }
}
