package dev.medley.core;

import java.util.Map;

/** A trained model in the role of placing an item it has never seen, given by its features. */
public interface ItemPlacement {

  /**
   * The vector of a new item in the space in which users' scores are inner products.
   *
   * @param features raw features by modality; a modality may be absent
   */
  float[] place(Map<String, float[]> features);
}
