package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.FeatureRecord;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * An encoder of which only its record is known, as a model whose path nothing keeps: its rows are
 * those that it has given before, and what it has not encoded yet is refused.
 */
final class KeptRows implements TextEncoder, ImageEncoder {
  private final FeatureRecord record;

  /** The encoder that a record names. */
  KeptRows(FeatureRecord record) {
    this.record = record;
  }

  @Override
  public EncoderIdentity identity() {
    return new EncoderIdentity(record.encoder(), record.version(), record.settings());
  }

  @Override
  public int dimension() {
    return record.dimension();
  }

  @Override
  public int side() {
    return 1; // nothing is encoded
  }

  @Override
  public float[][] encode(List<String> sentences) {
    throw unknown();
  }

  @Override
  public float[] encode(BufferedImage picture) {
    throw unknown();
  }

  private InvalidInputException unknown() {
    return new InvalidInputException(
        "%1$s: expected nothing to encode that %2$s, of which dataset.json does not keep the path, has not encoded before, got something; say --%1$s %2$s:FILE, another encoder, or none to leave %1$s_feat.npy as it is"
            .formatted(record.modality(), record.encoder()));
  }

  @Override
  public void close() {}
}
