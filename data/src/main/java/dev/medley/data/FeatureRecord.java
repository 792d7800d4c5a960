package dev.medley.data;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code dataset.json} says of how a modality came about.
 *
 * @param modality its name; the features are in {@code MODALITY_feat.npy}
 * @param dimension numbers per item
 * @param present how many items have it
 * @param missing ids of the items that have not
 * @param encoder its name, as {@code minilm}
 * @param version tells encoders of one name apart: a release or a SHA-256
 * @param settings what else the numbers depend on, by name
 * @param inputSha256 of all that was encoded, in the order of items.tsv
 */
public record FeatureRecord(
    String modality,
    int dimension,
    int present,
    List<String> missing,
    String encoder,
    String version,
    SortedMap<String, String> settings,
    String inputSha256) {

  /** Takes copies. */
  public FeatureRecord {
    missing = List.copyOf(missing);
    settings = new TreeMap<>(settings);
  }
}
