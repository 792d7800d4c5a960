package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.FeatureRecord;
import dev.medley.data.FeatureRecords;
import dev.medley.formats.Npy;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of one modality on their way to its file: for each item the hash of its input or the
 * reason why there is none.
 */
final class ModalityRun {
  /** Below a dataset's folder: rows that were encoded, by encoder. */
  static final String CACHE = ".features";

  private final String modality;
  private final Path folder;
  private final long started = System.nanoTime();
  private final List<String> hashes = new ArrayList<>(); // empty where the item has no input
  private final List<FeatureReport.Missing> missing = new ArrayList<>();
  private final Sha256 inputs = new Sha256();
  private int encoded;

  ModalityRun(Path folder, String modality) {
    this.folder = folder;
    this.modality = modality;
  }

  /** The next item of items.tsv has an input with this hash. */
  void present(String itemId, String sha256) {
    inputs.add(itemId).add("\0").add(sha256).add("\n");
    hashes.add(sha256);
  }

  /** The next item of items.tsv has none. */
  void missing(String itemId, String reason) {
    inputs.add(itemId).add("\0\n");
    hashes.add("");
    missing.add(new FeatureReport.Missing(itemId, reason));
  }

  /** So many inputs were encoded and not found in the cache. */
  void encoded(int count) {
    encoded += count;
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
    if (present == 0) {
      throw new InvalidInputException(
          "%s: expected at least one item with %s, got none of %d (the first: %s); see the guide on features"
              .formatted(folder, modality, items, missing.get(0).reason()));
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
    return new FeatureReport(
        modality,
        identity.name(),
        dimension,
        items,
        present,
        encoded,
        Math.max(0, present - encoded),
        missing,
        (System.nanoTime() - started) / 1e9);
  }

  /** Whether a dataset has the modality's file already. */
  static boolean exists(Path folder, String modality) {
    return Files.exists(FeatureRecords.featureFile(folder, modality));
  }
}
