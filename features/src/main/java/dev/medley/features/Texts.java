package dev.medley.features;

import dev.medley.data.ItemLines;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The texts of a dataset's items, encoded. */
final class Texts {
  static final String MODALITY = "text";

  /** The setting that says of what a sentence was made. */
  static final String FIELDS = "fields";

  private static final int WINDOW = 1024; // sentences among which those of like length are sought

  private Texts() {}

  /** An item whose sentence may still be waiting in the window. */
  private record Item(String id, String hash) {}

  /** Encodes what the cache does not hold and writes the feature file. */
  static FeatureReport encode(
      Path folder,
      TextEncoder encoder,
      List<TextField> fields,
      int items,
      boolean asked,
      FeatureProgress progress)
      throws IOException {
    ModalityRun run = new ModalityRun(folder, MODALITY, asked);
    EncoderIdentity identity = encoder.identity().with(FIELDS, TextField.labels(fields));
    try (ItemLines lines = ItemLines.open(folder);
        RowCache cache = RowCache.open(run.cacheFile(identity), encoder.dimension())) {
      Map<String, String> window = new LinkedHashMap<>(); // sentences by hash
      List<Item> waiting = new ArrayList<>(); // in order; the hash is empty where there is no text
      while (lines.next()) {
        String sentence = TextField.sentence(lines.description(), fields);
        if (sentence.isEmpty()) {
          waiting.add(new Item(lines.id(), ""));
        } else {
          String hash = sentenceHash(sentence);
          waiting.add(new Item(lines.id(), hash));
          if (!cache.has(hash)) {
            window.put(hash, sentence);
          }
        }
        if (window.isEmpty()) {
          settle(waiting, cache, run, fields);
        } else if (window.size() == WINDOW) {
          encode(window, encoder, cache, run);
          settle(waiting, cache, run, fields);
          progress.advanced(MODALITY, lines.row() + 1, items);
        }
      }
      encode(window, encoder, cache, run);
      settle(waiting, cache, run, fields);
      progress.advanced(MODALITY, items, items);
      return run.finish(identity, encoder.dimension(), cache::copy);
    }
  }

  /** What stands for a sentence. */
  static String sentenceHash(String sentence) {
    return new Sha256().add(sentence).hex();
  }

  /** Fits TF-IDF to all texts and writes the feature file. */
  static FeatureReport fit(
      Path folder,
      int dimension,
      List<TextField> fields,
      int items,
      boolean asked,
      FeatureProgress progress)
      throws IOException {
    ModalityRun run = new ModalityRun(folder, MODALITY, asked);
    List<String> ids = new ArrayList<>();
    List<String> sentences = new ArrayList<>();
    try (ItemLines lines = ItemLines.open(folder)) {
      while (lines.next()) {
        ids.add(lines.id());
        sentences.add(TextField.sentence(lines.description(), fields));
      }
    }
    TfIdf fitted = new TfIdf(sentences, dimension);
    Map<String, Integer> rows = new HashMap<>();
    for (int row = 0; row < items; row++) {
      if (sentences.get(row).isEmpty()) {
        run.missing(ids.get(row), "", "no text in " + TextField.labels(fields));
      } else if (!fitted.known(row)) {
        run.missing(
            ids.get(row), sentenceHash(sentences.get(row)), "no word that another item has");
      } else {
        String hash = sentenceHash(sentences.get(row));
        rows.put(hash, row);
        run.present(ids.get(row), hash);
        run.encoded(hash);
      }
    }
    progress.advanced(MODALITY, items, items);
    EncoderIdentity identity =
        new EncoderIdentity(
            TfIdf.NAME,
            "1",
            new TreeMap<>(
                Map.of(
                    "dimension", Integer.toString(dimension), FIELDS, TextField.labels(fields))));
    return run.finish(
        identity, fitted.dimension(), (hash, out) -> fitted.copy(rows.getOrDefault(hash, 0), out));
  }

  /** Says of the items whose sentences were encoded whether there is a row. */
  private static void settle(
      List<Item> waiting, RowCache cache, ModalityRun run, List<TextField> fields) {
    for (Item item : waiting) {
      if (item.hash.isEmpty()) {
        run.missing(item.id, "", "no text in " + TextField.labels(fields));
      } else if (cache.has(item.hash)) {
        run.present(item.id, item.hash);
      } else {
        run.missing(item.id, item.hash, "the encoder gives numbers that are not finite");
      }
    }
    waiting.clear();
  }

  /** Encodes the window's sentences; rows of numbers that are not finite are left out. */
  private static void encode(
      Map<String, String> window, TextEncoder encoder, RowCache cache, ModalityRun run)
      throws IOException {
    if (window.isEmpty()) {
      return;
    }
    float[][] rows = encoder.encode(new ArrayList<>(window.values()));
    int k = 0;
    for (String hash : window.keySet()) {
      float[] row = rows[k++];
      if (Rows.finite(row)) {
        cache.put(hash, row);
        run.encoded(hash);
      }
    }
    window.clear();
  }
}
