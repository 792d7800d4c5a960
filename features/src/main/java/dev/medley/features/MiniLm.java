package dev.medley.features;

import dev.medley.formats.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * all-MiniLM-L6-v2 (wang2020minilm, reimers2019sentence): 384 numbers, the mean over at most 256
 * tokens, length 1. The weights are a library on the class path; nothing is fetched.
 */
final class MiniLm {
  /** As on the command line. */
  static final String NAME = "minilm";

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final int MOST_TOKENS = 256;

  private MiniLm() {}

  /** Opens it; takes about a second. */
  static TextEncoder open(Workers workers) throws IOException {
    byte[] model = resource(MODEL);
    byte[] tokenizer = resource(TOKENIZER);
    String version =
        new Sha256().add(model, 0, model.length).add(tokenizer, 0, tokenizer.length).hex();
    Onnx network = Onnx.open(NAME, model);
    try {
      return new OnnxText(
          NAME,
          new EncoderIdentity(
              NAME,
              version,
              new TreeMap<>(Map.of("pooling", "mean", "tokens", Integer.toString(MOST_TOKENS)))),
          network,
          tokenizer,
          OnnxText.Pooling.MEAN,
          MOST_TOKENS,
          workers);
    } catch (IOException | RuntimeException failure) {
      network.close();
      throw failure;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = MiniLm.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(
            name + ": expected on the class path, got nothing; build Medley again");
      }
      return in.readAllBytes();
    }
  }
}
