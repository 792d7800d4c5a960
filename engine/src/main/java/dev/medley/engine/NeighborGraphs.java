package dev.medley.engine;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds each item's nearest items by the cosine of features: exactly, in blocks, so that no I × I
 * array ever exists. Results may be kept in a folder under a hash of everything they depend on.
 */
public final class NeighborGraphs {
  private static final Logger log = LoggerFactory.getLogger(NeighborGraphs.class);
  private static final int VERSION = 3;
  private static final String CONTENT = "content_sha256";

  /** Cosines computed at once, in floats: 16 MiB. */
  private static final int BLOCK_FLOATS = 4 << 20;

  private final @Nullable Path folder;
  private final boolean keeps;

  private NeighborGraphs(@Nullable Path folder, boolean keeps) {
    this.folder = folder;
    this.keeps = keeps;
  }

  /** Computes every graph anew. */
  public static NeighborGraphs uncached() {
    return new NeighborGraphs(null, false);
  }

  /** Keeps graphs in {@code folder}, which is made when the first one is kept. */
  public static NeighborGraphs cachedIn(Path folder) {
    return new NeighborGraphs(folder, true);
  }

  /** Takes graphs from {@code folder} where it has them; what it lacks is computed and not kept. */
  public static NeighborGraphs readFrom(Path folder) {
    return new NeighborGraphs(folder, false);
  }

  /**
   * The {@code k} nearest items of each item, itself among them; ties go to the smaller index. An
   * item whose features are missing or all zero has no direction: it has no neighbours and is
   * nobody's.
   *
   * @param features I × D
   * @param k at least 1, less than I
   * @throws InvalidInputException if {@code k} is out of range
   */
  public Neighbors nearest(FeatureMatrix features, int k) {
    return nearest(
        features, k, "nearest/" + VERSION + "/", () -> new NearestRows(features, k, 0, false));
  }

  /**
   * The {@code k} most similar items of each item by x_i·x_j / (‖x_i‖‖x_j‖ + shrink), itself among
   * them; ties go to the smaller index. Features that are missing or all zero are 0 similar to
   * everything: such an item has no neighbours, and is another's where no better is left.
   *
   * @param features I × D
   * @param k at least 1, less than I
   * @param shrink at least 0
   * @throws InvalidInputException if {@code k} is out of range
   */
  public Neighbors mostSimilar(FeatureMatrix features, int k, double shrink) {
    return nearest(
        features,
        k,
        "similar/" + VERSION + "/" + shrink + "/",
        () -> new NearestRows(features, k, shrink, true));
  }

  private Neighbors nearest(
      FeatureMatrix features, int k, String kind, Supplier<NearestRows> empty) {
    if (k < 1 || k >= features.rows()) {
      throw new InvalidInputException(
          "neighbors: expected at least 1 and fewer than the %d items, got %d"
              .formatted(features.rows(), k));
    }
    if (folder == null) {
      return compute(features, empty.get());
    }
    Path file = folder.resolve("neighbors-" + key(features, k, kind) + ".safetensors");
    if (Files.exists(file)) {
      try (Safetensors stored = Safetensors.open(file)) {
        Neighbors neighbors =
            new Neighbors(
                stored.ints("offsets"), stored.ints("items"), stored.floats("similarities"));
        if (content(neighbors).equals(stored.metadata().get(CONTENT))) {
          return neighbors;
        }
        log.warn("neighbour graph in the cache was changed and is built anew: {}", file);
      } catch (IOException | InvalidInputException unreadable) {
        log.warn("neighbour graph in the cache is unreadable and is built anew: {}", file);
      }
    }
    Neighbors neighbors = compute(features, empty.get());
    if (keeps) {
      keep(file, neighbors);
    }
    return neighbors;
  }

  private static String key(FeatureMatrix features, int k, String kind) {
    Sha256 hash = new Sha256();
    hash.add(kind + k + "/" + features.rows() + "/" + features.dimension());
    float[] row = new float[features.dimension()];
    byte[] bytes = new byte[row.length * Float.BYTES];
    for (int item = 0; item < features.rows(); item++) {
      hash.add(features.isPresent(item) ? "+" : "-");
      features.copyRow(item, row, 0);
      ByteBuffer.wrap(bytes).asFloatBuffer().put(row);
      hash.add(bytes, 0, bytes.length);
    }
    return hash.hex().substring(0, 32);
  }

  /** The hash of all three arrays, so that a changed byte of the cache is noticed. */
  private static String content(Neighbors neighbors) {
    Sha256 hash = new Sha256();
    add(hash, neighbors.offsets());
    add(hash, neighbors.items());
    float[] similarities = neighbors.similarities();
    int[] bits = new int[similarities.length];
    for (int k = 0; k < bits.length; k++) {
      bits[k] = Float.floatToRawIntBits(similarities[k]);
    }
    add(hash, bits);
    return hash.hex();
  }

  private static void add(Sha256 hash, int[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Integer.BYTES)];
    ByteBuffer.wrap(bytes).asIntBuffer().put(values);
    hash.add(bytes, 0, bytes.length);
  }

  private static void keep(Path file, Neighbors neighbors) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Safetensors.write(
          file,
          Map.of(CONTENT, content(neighbors)),
          List.of(
              Safetensors.Tensor.of("offsets", neighbors.offsets(), neighbors.offsets().length),
              Safetensors.Tensor.of("items", neighbors.items(), neighbors.items().length),
              Safetensors.Tensor.of(
                  "similarities", neighbors.similarities(), neighbors.similarities().length)));
    } catch (IOException notKept) {
      log.warn("neighbour graph could not be kept in the cache: {}", notKept.toString());
    }
  }

  private static Neighbors compute(FeatureMatrix features, NearestRows rows) {
    int items = features.rows();
    try (Scope all = Scope.open()) {
      Tensor raw = FeatureTensors.of(features); // I × D
      int height = Math.max(1, Math.min(items, BLOCK_FLOATS / items));
      Tensor block = Tensors.empty(height, items);
      float[] products = new float[Math.multiplyExact(height, items)];
      for (int from = 0; from < items; from += height) {
        int count = Math.min(height, items - from);
        int start = from;
        try (Scope scope = Scope.open()) {
          NoGradient.run(
              () -> {
                Tensor out = block.narrow(0, 0, count);
                torch.mm_out(out, raw.narrow(0, start, count), raw.t()); // count × I
                Tensors.copy(out, products);
              });
        }
        for (int row = 0; row < count; row++) {
          rows.add(from + row, products, row * items);
        }
      }
      return rows.toNeighbors();
    }
  }
}
