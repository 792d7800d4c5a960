package dev.medley.features;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.medley.core.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sentence transformer in ONNX form with its tokenizer. Sentences of like length share a batch,
 * and batches are shared out among threads. Where the model gives a row for each token, the mean
 * over a sentence's tokens is taken, or the first under {@link Pooling#FIRST}; rows get length 1.
 *
 * <p>B sentences in a batch, T tokens of the longest, D dimensions.
 */
final class OnnxText implements TextEncoder {

  /** How the rows of a sentence's tokens become one. */
  enum Pooling {
    /** Their mean. */
    MEAN,
    /** The first, that of the token which stands for the sentence. */
    FIRST
  }

  private static final int BATCH_TOKENS = 2048; // B × T
  private static final int MOST_SENTENCES = 64; // B

  private final EncoderIdentity identity;
  private final Onnx model;
  private final HuggingFaceTokenizer tokenizer;
  private final Pooling pooling;
  private final int dimension;
  private final Workers workers;

  /**
   * Opens a model.
   *
   * @param subject what messages call it
   * @param onnx closed with this; by the caller if the constructor fails
   * @param tokenizer the content of its tokenizer.json
   * @param mostTokens what is beyond them in a sentence is cut
   */
  OnnxText(
      String subject,
      EncoderIdentity identity,
      Onnx onnx,
      byte[] tokenizer,
      Pooling pooling,
      int mostTokens,
      Workers workers)
      throws IOException {
    this.identity = identity;
    this.model = onnx;
    this.pooling = pooling;
    this.workers = workers;
    this.tokenizer = tokenizer(subject, tokenizer, mostTokens);
    try {
      checkInputs(subject, onnx);
      dimension = encode(List.of("a"))[0].length;
    } catch (RuntimeException failure) {
      this.tokenizer.close();
      throw failure;
    }
  }

  private static void checkInputs(String subject, Onnx onnx) {
    for (String input : onnx.inputs()) {
      if (!List.of("input_ids", "attention_mask", "token_type_ids").contains(input)) {
        throw new InvalidInputException(
            "%s: expected a sentence transformer with the inputs input_ids, attention_mask and perhaps token_type_ids, got the input '%s'; export it again"
                .formatted(subject, input));
      }
    }
  }

  private static HuggingFaceTokenizer tokenizer(String subject, byte[] json, int mostTokens)
      throws IOException {
    // Its own switches against looking for other builds and for its maker on the network.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of(
              "addSpecialTokens", "true",
              "padding", "false",
              "truncation", "true",
              "maxLength", Integer.toString(mostTokens),
              "modelMaxLength", Integer.toString(mostTokens)));
    } catch (RuntimeException malformed) {
      throw new InvalidInputException(
          "%s: expected a tokenizer as tokenizer.json describes it, got something else (%s); export it again"
              .formatted(subject, String.valueOf(malformed.getMessage()).replaceAll("\\s+", " ")),
          malformed);
    }
  }

  @Override
  public EncoderIdentity identity() {
    return identity;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[][] encode(List<String> sentences) {
    Encoding[] encoded = tokenizer.batchEncode(sentences);
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < encoded.length; k++) {
      order.add(k);
    }
    order.sort(Comparator.comparingInt(k -> encoded[k].getIds().length));
    float[][] rows = new float[encoded.length][];
    List<Runnable> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); ) {
      int to = from + 1;
      while (to < order.size()
          && to - from < MOST_SENTENCES
          && (to + 1 - from) * encoded[order.get(to)].getIds().length <= BATCH_TOKENS) {
        to++;
      }
      List<Integer> batch = order.subList(from, to);
      batches.add(() -> encode(encoded, batch, rows));
      from = to;
    }
    workers.all(batches);
    return rows;
  }

  private void encode(Encoding[] encoded, List<Integer> batch, float[][] rows) {
    int tokens = encoded[batch.get(batch.size() - 1)].getIds().length; // T, the last is the longest
    int count = batch.size(); // B
    LongBuffer ids = LongBuffer.allocate(count * tokens);
    LongBuffer mask = LongBuffer.allocate(count * tokens);
    int[] lengths = new int[count];
    for (int k = 0; k < count; k++) {
      long[] own = encoded[batch.get(k)].getIds();
      lengths[k] = own.length;
      for (int t = 0; t < own.length; t++) {
        ids.put(k * tokens + t, own[t]);
        mask.put(k * tokens + t, 1);
      }
    }
    Map<String, LongBuffer> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", ids);
    inputs.put("attention_mask", mask);
    inputs.put("token_type_ids", LongBuffer.allocate(count * tokens));
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try {
      for (String name : model.inputs()) {
        LongBuffer values = inputs.get(name);
        if (values != null) {
          given.put(
              name,
              OnnxTensor.createTensor(model.environment(), values, new long[] {count, tokens}));
        }
      }
      try (OrtSession.Result result = model.session().run(given)) {
        float[][] pooled = pooled(Onnx.floats(result), lengths, tokens);
        for (int k = 0; k < count; k++) {
          rows[batch.get(k)] = pooled[k];
        }
      }
    } catch (OrtException failure) {
      throw Onnx.failed(identity.name(), failure);
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  /** From B × T × D, or B × D where the model has pooled, to rows of length 1. */
  private float[][] pooled(Onnx.Floats output, int[] lengths, int tokens) {
    int rank = output.shape().length;
    if (rank != 2 && rank != 3) {
      throw new InvalidInputException(
          "%s: expected an output of 2 or 3 dimensions, got %d; export it again"
              .formatted(identity.name(), rank));
    }
    int size = (int) output.shape()[rank - 1]; // D
    float[][] rows = new float[lengths.length][size];
    for (int k = 0; k < lengths.length; k++) {
      int used = rank == 2 || pooling == Pooling.FIRST ? 1 : lengths[k];
      for (int t = 0; t < used; t++) {
        int from = (rank == 2 ? k : k * tokens + t) * size;
        for (int d = 0; d < size; d++) {
          rows[k][d] += output.values().get(from + d) / used;
        }
      }
      Rows.normalize(rows[k]);
    }
    return rows;
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
