package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.FeatureRecord;
import dev.medley.data.FeatureRecords;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of one modality on their way to its file: for each item the hash of its input or the
 * reason why there is none.
 */
final class ModalityRun {
  /** Below a dataset's folder: rows that were encoded, by encoder. */
  static final String CACHE = ".features";

  private final String modality;
  private final Path folder;
  private final boolean asked;
  private final long started = System.nanoTime();
  private final List<String> hashes = new ArrayList<>(); // empty where the item has no input
  private final List<FeatureReport.Missing> missing = new ArrayList<>();
  private final InputHash inputs = new InputHash();
  private final Set<String> encoded = new HashSet<>();

  /**
   * Of one modality.
   *
   * @param asked whether it is an error if no item has it; else no file is written then
   */
  ModalityRun(Path folder, String modality, boolean asked) {
    this.folder = folder;
    this.modality = modality;
    this.asked = asked;
  }

  /** The next item of items.tsv has an input with this hash. */
  void present(String itemId, String sha256) {
    inputs.add(itemId, sha256);
    hashes.add(sha256);
  }

  /**
   * The next item of items.tsv has no row.
   *
   * @param sha256 of its input all the same, as of a picture that does not decode; empty where
   *     there is none
   */
  void missing(String itemId, String sha256, String reason) {
    inputs.add(itemId, sha256);
    hashes.add("");
    missing.add(new FeatureReport.Missing(itemId, reason));
  }

  /** The input with this hash was encoded and not found in the cache. */
  void encoded(String sha256) {
    encoded.add(sha256);
  }

  /** The file in which an encoder keeps rows. */
  Path cacheFile(EncoderIdentity identity) {
    return folder
        .resolve(CACHE)
        .resolve(modality + "-" + identity.sha256().substring(0, 16) + ".rows");
  }

  /** Where a row comes from. */
  interface Source {
    /** Copies the row of an input. */
    void copy(String sha256, float[] out) throws IOException;
  }

  /** Writes the feature file and its record; one row is in memory at a time. */
  FeatureReport finish(EncoderIdentity identity, int dimension, Source source) throws IOException {
    int items = hashes.size();
    int present = items - missing.size();
    if (present == 0 && !asked) {
      return report(identity, dimension);
    }
    if (present == 0) {
      throw new InvalidInputException(
          "%s: expected at least one item with %s, got none of %d (the first: %s); mend items.tsv or leave %s out"
              .formatted(folder, modality, items, missing.get(0).reason(), modality));
    }
    Path file = FeatureRecords.featureFile(folder, modality);
    try {
      Npy.write(
          file,
          items,
          dimension,
          (row, out) -> {
            if (hashes.get(row).isEmpty()) {
              Arrays.fill(out, Float.NaN);
              return;
            }
            try {
              source.copy(hashes.get(row), out);
            } catch (IOException failure) {
              throw new UncheckedIOException(failure);
            }
          });
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
    FeatureRecords.write(
        folder,
        new FeatureRecord(
            modality,
            dimension,
            present,
            missing.stream().map(FeatureReport.Missing::itemId).toList(),
            identity.name(),
            identity.version(),
            identity.settings(),
            inputs.hex()));
    return report(identity, dimension);
  }

  private FeatureReport report(EncoderIdentity identity, int dimension) {
    int present = hashes.size() - missing.size();
    Set<String> different = new HashSet<>(hashes);
    different.remove("");
    return new FeatureReport(
        modality,
        identity.name(),
        dimension,
        hashes.size(),
        present,
        encoded.size(),
        different.size() - encoded.size(),
        present - different.size(),
        missing,
        (System.nanoTime() - started) / 1e9);
  }
}
