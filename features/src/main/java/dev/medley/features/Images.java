package dev.medley.features;

import dev.medley.data.ItemLines;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pictures of a dataset's items, encoded. */
final class Images {
  static final String MODALITY = "image";

  private static final int WINDOW = 256; // pictures between two waits for all threads

  private Images() {}

  /** What became of an item's picture: its file's hash, and the reason why there is no row. */
  private static final class Outcome {
    private final String itemId;
    private String hash = "";
    private String reason = "";
    private boolean encoded;

    Outcome(String itemId) {
      this.itemId = itemId;
    }
  }

  /** Encodes what the cache does not hold and writes the feature file. */
  static FeatureReport encode(
      Path folder,
      ImageEncoder encoder,
      int items,
      boolean asked,
      Workers workers,
      FeatureProgress progress)
      throws IOException {
    ModalityRun run = new ModalityRun(folder, MODALITY, asked);
    Pictures pictures = new Pictures(folder);
    try (ItemLines lines = ItemLines.open(folder);
        RowCache cache = RowCache.open(run.cacheFile(encoder.identity()), encoder.dimension())) {
      boolean more = true;
      while (more) {
        List<Outcome> window = new ArrayList<>();
        List<Runnable> work = new ArrayList<>();
        while (window.size() < WINDOW && (more = lines.next())) {
          Outcome outcome = new Outcome(lines.id());
          String name = lines.description().image();
          window.add(outcome);
          work.add(() -> encode(name, pictures, encoder, cache, outcome));
        }
        workers.all(work);
        for (Outcome outcome : window) {
          if (!outcome.reason.isEmpty()) {
            run.missing(outcome.itemId, outcome.hash, outcome.reason);
          } else {
            run.present(outcome.itemId, outcome.hash);
            if (outcome.encoded) {
              run.encoded(outcome.hash);
            }
          }
        }
        progress.advanced(MODALITY, lines.row() + 1, items);
      }
      return run.finish(encoder.identity(), encoder.dimension(), cache::copy);
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  /** What stands for a picture. */
  static String hash(byte[] bytes) {
    return new Sha256().add(bytes, 0, bytes.length).hex();
  }

  private static void encode(
      String name, Pictures pictures, ImageEncoder encoder, RowCache cache, Outcome outcome) {
    if (name.isEmpty()) {
      outcome.reason = "no picture in the dataset";
      return;
    }
    try {
      byte[] bytes = pictures.bytes(name);
      String hash = hash(bytes);
      outcome.hash = hash;
      if (!cache.has(hash)) {
        float[] row = encoder.encode(Pictures.decode(bytes, encoder.side()));
        if (!Rows.finite(row)) {
          throw new Pictures.Unreadable("the encoder gives numbers that are not finite");
        }
        cache.put(hash, row);
        outcome.encoded = true;
      }
    } catch (Pictures.Unreadable unreadable) {
      outcome.reason = name + ": " + unreadable.getMessage();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
