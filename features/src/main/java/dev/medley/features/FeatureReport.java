package dev.medley.features;

import java.util.List;

/**
 * What became of one modality.
 *
 * @param modality its name
 * @param encoder the encoder's name
 * @param dimension numbers per item
 * @param items rows of the feature file
 * @param present how many items have it
 * @param encoded how many different inputs were encoded now
 * @param cached how many different inputs' rows were there already
 * @param shared how many items have the input of an item before them
 * @param missing the items without it, in the order of items.tsv
 * @param seconds it took
 */
public record FeatureReport(
    String modality,
    String encoder,
    int dimension,
    int items,
    int present,
    int encoded,
    int cached,
    int shared,
    List<Missing> missing,
    double seconds) {

  /**
   * An item without the modality.
   *
   * @param reason why, for people
   */
  public record Missing(String itemId, String reason) {}

  /** Takes a copy. */
  public FeatureReport {
    missing = List.copyOf(missing);
  }
}
