package dev.medley.features;

import java.util.List;

/** Turns sentences into rows of numbers, each for itself. */
interface TextEncoder extends AutoCloseable {

  /** What its numbers depend on. */
  EncoderIdentity identity();

  /** Numbers per sentence. */
  int dimension();

  /**
   * The rows of some sentences, in their order.
   *
   * @param sentences not empty
   */
  float[][] encode(List<String> sentences);

  @Override
  void close();
}
