package dev.medley.core;

/**
 * The raw features of one modality: I rows of D numbers. A row may be missing (the item has no such
 * text, picture, …); its values are then undefined and must not be used.
 */
public interface FeatureMatrix {

  /** The modality's name, as {@code image}, {@code text} or {@code audio}. */
  String modality();

  /** I, one row per item. */
  int rows();

  /** D, at least 1. */
  int dimension();

  /** Whether item {@code row} has this modality. */
  boolean isPresent(int row);

  /** Copies row {@code row} to {@code out[offset … offset + D)}; zeros where the row is missing. */
  void copyRow(int row, float[] out, int offset);

  /** How many items have this modality. */
  default int presentCount() {
    int count = 0;
    for (int row = 0; row < rows(); row++) {
      if (isPresent(row)) {
        count++;
      }
    }
    return count;
  }
}
