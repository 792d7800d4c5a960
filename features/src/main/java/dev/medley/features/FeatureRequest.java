package dev.medley.features;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to encode and how.
 *
 * @param text how texts are encoded, or null for the default where there are texts
 * @param image how pictures are encoded, or null for the default where there are pictures
 * @param matrices further modalities
 * @param fields of what a sentence is made, in order; not empty
 * @param threads at least 1
 */
public record FeatureRequest(
    @Nullable Text text,
    @Nullable Image image,
    List<Matrix> matrices,
    List<TextField> fields,
    int threads) {

  /** An encoder of texts. */
  public sealed interface Text {
    /** all-MiniLM-L6-v2. */
    record MiniLm() implements Text {}

    /**
     * TF-IDF, reduced.
     *
     * @param dimension at most so many numbers per item
     */
    record TfIdf(int dimension) implements Text {}

    /**
     * A sentence transformer.
     *
     * @param model an ONNX file with tokenizer.json beside it
     */
    record Onnx(Path model) implements Text {}
  }

  /** An encoder of pictures. */
  public sealed interface Image {
    /** Histograms of colour and gradient. */
    record Descriptor() implements Image {}

    /**
     * A network.
     *
     * @param model an ONNX file
     * @param preprocess a preset's name or a YAML or JSON file
     */
    record Onnx(Path model, String preprocess) implements Image {}
  }

  /**
   * Features that were made elsewhere.
   *
   * @param modality the new modality's name
   * @param file NPY, or .b with ids inside
   * @param ids a line per row, or null for a .b
   */
  public record Matrix(String modality, Path file, @Nullable Path ids) {}

  /** Takes copies. */
  public FeatureRequest {
    matrices = List.copyOf(matrices);
    fields = List.copyOf(fields);
  }

  /** The defaults with so many threads. */
  public static FeatureRequest standard(int threads) {
    return new FeatureRequest(null, null, List.of(), TextField.ALL, threads);
  }
}
