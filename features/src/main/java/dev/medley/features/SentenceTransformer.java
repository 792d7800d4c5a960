package dev.medley.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sentence transformer that was exported to ONNX: the model's file with {@code tokenizer.json}
 * beside it or a folder above. {@code sentence_bert_config.json} says how many tokens it takes and
 * {@code 1_Pooling/config.json} whether its first token stands for the sentence; both may be
 * absent.
 */
final class SentenceTransformer {
  private static final int TOKENS = 256; // where nothing else is said
  private static final int MOST_TOKENS = 8192;

  private SentenceTransformer() {}

  /**
   * Opens it.
   *
   * @throws InvalidInputException if a file is missing or not as it should be
   */
  static TextEncoder open(Path file, Workers workers) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected a model in ONNX form, got no such file; check the path");
    }
    Path tokenizer = beside(file, "tokenizer.json");
    if (!Files.isRegularFile(tokenizer)) {
      throw new InvalidInputException(
          tokenizer
              + ": expected the model's tokenizer beside the ONNX file, got no such file; copy it there");
    }
    int tokens =
        json(beside(file, "sentence_bert_config.json")).path("max_seq_length").asInt(TOKENS);
    tokens = Math.max(2, Math.min(MOST_TOKENS, tokens));
    boolean first =
        json(beside(file, "1_Pooling/config.json")).path("pooling_mode_cls_token").asBoolean(false);
    OnnxText.Pooling pooling = first ? OnnxText.Pooling.FIRST : OnnxText.Pooling.MEAN;
    Onnx model = Onnx.open(file);
    try {
      return new OnnxText(
          file.toString(),
          new EncoderIdentity(
              "onnx",
              new Sha256().add(Onnx.version(file)).add(Sha256.ofFile(tokenizer)).hex(),
              new TreeMap<>(
                  Map.of(
                      "pooling",
                      pooling.name().toLowerCase(Locale.ROOT),
                      "tokens",
                      Integer.toString(tokens)))),
          model,
          Files.readAllBytes(tokenizer),
          pooling,
          tokens,
          workers);
    } catch (IOException | RuntimeException failure) {
      model.close();
      throw failure;
    }
  }

  /** A file in the model's folder, or in the one above where exports keep it. */
  private static Path beside(Path model, String name) {
    Path own = model.resolveSibling(name);
    Path folder = model.toAbsolutePath().getParent();
    if (!Files.exists(own) && folder != null) {
      Path above = folder.resolveSibling(name);
      return Files.exists(above) ? above : own;
    }
    return own;
  }

  private static JsonNode json(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return new ObjectMapper().createObjectNode();
    }
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          file + ": expected JSON, got something else; copy it again", malformed);
    }
  }
}
