package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.prepare.readers.SparsePickle;
import dev.medley.prepare.readers.Unpacked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A split as DiffMM publishes it: three pickled scipy matrices, users × items, in coordinates or in
 * compressed rows. What is not 0 is an interaction. Row k of a feature file is item k.
 *
 * @param train training
 * @param validation validation, or null
 * @param test test, or null
 * @param features {@code MODALITY_feat.npy} files, may be empty
 */
public record Diffmm(
    Path train, @Nullable Path validation, @Nullable Path test, List<Path> features)
    implements Source {

  /** Takes a copy of the list. */
  public Diffmm {
    features = List.copyOf(features);
  }

  /**
   * The files of a folder: {@code trnMat.pkl}, {@code valMat.pkl}, {@code tstMat.pkl} and feature
   * files.
   */
  public static Diffmm in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a folder, got none; check the path");
    }
    Path validation = folder.resolve("valMat.pkl");
    Path test = folder.resolve("tstMat.pkl");
    return new Diffmm(
        folder.resolve("trnMat.pkl"),
        Files.isRegularFile(validation) ? validation : null,
        Files.isRegularFile(test) ? test : null,
        FeatureRows.in(folder));
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder("diffmm " + train.getFileName());
    for (Path file : new Path[] {validation, test}) {
      text.append(file == null ? "" : ", " + file.getFileName());
    }
    features.forEach(file -> text.append(", ").append(file.getFileName()));
    return text.toString();
  }

  /** 0: a split that was published is kept as it is. */
  @Override
  public int defaultKCore() {
    return 0;
  }

  @Override
  public boolean split() {
    return validation != null || test != null;
  }

  @Override
  public void check() throws IOException {
    for (Path file : new Path[] {train, validation, test}) {
      if (file != null) {
        Unpacked.check(file);
      }
    }
    FeatureRows.count(features);
  }

  @Override
  public void interactions(InteractionSink sink) throws IOException {
    Path[] files = {train, validation, test};
    int rows = FeatureRows.count(features);
    for (int label = 0; label < files.length; label++) {
      Path file = files[label];
      if (file == null) {
        continue;
      }
      SparsePickle matrix = SparsePickle.read(file);
      for (int k = 0; k < matrix.size(); k++) {
        String where = file.getFileName() + " entry " + k;
        if (matrix.isZero(k)) {
          sink.drop("entry that is 0", where);
        } else {
          FeatureRows.checkItem(features, rows, Integer.toString(matrix.column(k)), where);
          sink.add(
              Integer.toString(matrix.row(k)),
              Integer.toString(matrix.column(k)),
              Values.UNKNOWN,
              Values.UNKNOWN,
              split() ? label : InteractionSink.NO_LABEL,
              where);
        }
      }
    }
  }

  @Override
  public void items(ItemSink sink) throws IOException {
    int items = Math.max(FeatureRows.count(features), SparsePickle.read(train).columns());
    for (int item = 0; item < items; item++) {
      String id = Integer.toString(item);
      if (sink.wants(id)) {
        sink.add(id, new ItemDescription("", "", "", List.of(), ""), "column " + item);
      }
    }
  }

  @Override
  public void vectors(VectorSink sink) throws IOException {
    FeatureRows.write(features, Integer::toString, sink);
  }
}
