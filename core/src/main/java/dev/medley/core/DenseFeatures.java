package dev.medley.core;

import java.util.BitSet;

/** Features held in one array on the heap. */
public final class DenseFeatures implements FeatureMatrix {
  private final String modality;
  private final int rows;
  private final int dimension;
  private final float[] values; // I × D, row by row
  private final BitSet missing;

  private DenseFeatures(String modality, int rows, int dimension, float[] values, BitSet missing) {
    this.modality = modality;
    this.rows = rows;
    this.dimension = dimension;
    this.values = values;
    this.missing = missing;
  }

  /**
   * Features given row by row.
   *
   * @param rows one array per item, all of the same length; a row that is all NaN is missing
   * @throws InvalidInputException if a row has another length, an infinity or a NaN beside numbers
   */
  public static DenseFeatures of(String modality, float[][] rows) {
    int dimension = rows.length == 0 ? 1 : rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, dimension)];
    BitSet missing = new BitSet(rows.length);
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != dimension) {
        throw new InvalidInputException(
            "%s features: expected %d numbers in row %d, got %d"
                .formatted(modality, dimension, row, rows[row].length));
      }
      if (isMissing(modality + " features", row, rows[row], 0, dimension)) {
        missing.set(row);
      } else {
        System.arraycopy(rows[row], 0, values, row * dimension, dimension);
      }
    }
    return new DenseFeatures(modality, rows.length, dimension, values, missing);
  }

  /**
   * Whether a row is missing, that is all NaN.
   *
   * @param subject what the row belongs to, for the message: {@code image features}, or a file
   * @param row its number there
   * @param values hold the row's numbers from {@code offset} on
   * @param dimension how many there are
   * @throws InvalidInputException if it holds an infinity, or a NaN beside numbers
   */
  public static boolean isMissing(
      String subject, int row, float[] values, int offset, int dimension) {
    int nans = 0;
    for (int k = offset; k < offset + dimension; k++) {
      if (Float.isNaN(values[k])) {
        nans++;
      } else if (Float.isInfinite(values[k])) {
        throw new InvalidInputException(
            "%s row %d: expected finite numbers, got infinity in column %d; mend the row, or make all of it NaN to mark the item as missing"
                .formatted(subject, row, k - offset));
      }
    }
    if (nans > 0 && nans < dimension) {
      throw new InvalidInputException(
          "%s row %d: expected numbers, or all NaN for a missing item, got %d NaN of %d; mend the row, or make all of it NaN"
              .formatted(subject, row, nans, dimension));
    }
    return nans > 0;
  }

  @Override
  public String modality() {
    return modality;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public boolean isPresent(int row) {
    return !missing.get(row);
  }

  @Override
  public void copyRow(int row, float[] out, int offset) {
    System.arraycopy(values, row * dimension, out, offset, dimension);
  }
}
