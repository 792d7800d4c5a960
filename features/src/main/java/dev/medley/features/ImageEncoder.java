package dev.medley.features;

import java.awt.image.BufferedImage;

/** Turns a picture into a row of numbers. Safe for concurrent use. */
interface ImageEncoder extends AutoCloseable {

  /** What its numbers depend on. */
  EncoderIdentity identity();

  /** Numbers per picture. */
  int dimension();

  /** The side in pixels below which a picture need not be decoded, for large ones are thinned. */
  int side();

  /** The row of a picture. */
  float[] encode(BufferedImage picture);

  @Override
  void close();
}
