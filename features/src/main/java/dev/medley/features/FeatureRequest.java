package dev.medley.features;

import dev.medley.core.InvalidInputException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to encode and how.
 *
 * <p>Null is what {@code dataset.json} records of the folder's features, and where it records
 * nothing the default: MiniLM, the descriptor, all fields. Where nothing but matrices is asked for,
 * null leaves texts and pictures alone.
 *
 * @param text how texts are encoded, or null
 * @param image how pictures are encoded, or null
 * @param matrices further modalities
 * @param fields of what a sentence is made, in order, not empty; or null
 * @param threads at least 1
 */
public record FeatureRequest(
    @Nullable Text text,
    @Nullable Image image,
    List<Matrix> matrices,
    @Nullable List<TextField> fields,
    int threads) {

  /** An encoder of texts. */
  public sealed interface Text {
    /** Texts are left alone. */
    record None() implements Text {}

    /** all-MiniLM-L6-v2. */
    record MiniLm() implements Text {}

    /** TF-IDF, reduced to at most 128 numbers. */
    record TfIdf() implements Text {}

    /**
     * A sentence transformer.
     *
     * @param model an ONNX file with tokenizer.json beside it
     */
    record Onnx(Path model) implements Text {}
  }

  /** An encoder of pictures. */
  public sealed interface Image {
    /** Pictures are left alone. */
    record None() implements Image {}

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

  /**
   * Takes copies.
   *
   * @throws InvalidInputException if two matrices are of one modality, or one is of a modality that
   *     is encoded as well
   */
  public FeatureRequest {
    matrices = List.copyOf(matrices);
    fields = fields == null ? null : List.copyOf(fields);
    Set<String> modalities = new HashSet<>();
    for (Matrix matrix : matrices) {
      if (!matrix.modality().matches("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")) {
        throw new InvalidInputException(
            "--matrix: expected a name of letters, digits, - and _, got '%s'; choose another"
                .formatted(matrix.modality()));
      }
      boolean encoded =
          (matrix.modality().equals("text") && text != null && !(text instanceof Text.None))
              || (matrix.modality().equals("image")
                  && image != null
                  && !(image instanceof Image.None));
      if (encoded || !modalities.add(matrix.modality())) {
        throw new InvalidInputException(
            "--matrix: expected each modality once, got %s twice; leave one out"
                .formatted(matrix.modality()));
      }
    }
  }

  /** Whether a matrix brings a modality. */
  boolean brings(String modality) {
    return matrices.stream().anyMatch(matrix -> matrix.modality().equals(modality));
  }

  /** Whether matrices are all that is asked for. */
  boolean onlyMatrices() {
    return !matrices.isEmpty() && text == null && image == null && fields == null;
  }

  /** What is recorded or else the defaults, with so many threads. */
  public static FeatureRequest standard(int threads) {
    return new FeatureRequest(null, null, List.of(), null, threads);
  }
}
