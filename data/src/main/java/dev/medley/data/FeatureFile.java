package dev.medley.data;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/** A {@code MODALITY_feat.npy} file: one row of numbers per item, in the file's own order. */
final class FeatureFile {
  /** What the name of every feature file ends in. */
  static final String SUFFIX = "_feat.npy";

  /** Stands for an item that has no row in the file. */
  static final int NO_ROW = -1;

  private static final int SCANNED_AT_ONCE = 1 << 16;

  private final Path file;
  private final String modality;
  private final Npy array;

  private FeatureFile(Path file, String modality, Npy array) {
    this.file = file;
    this.modality = modality;
    this.array = array;
  }

  /** Opens a file whose name ends in {@link #SUFFIX} and checks its type and shape. */
  static FeatureFile open(Path file, long mapAbove) throws IOException {
    String name = file.getFileName().toString();
    Npy array = Npy.read(file, mapAbove);
    if (!array.type().isFloating()) {
      throw new InvalidInputException(
          "%s: expected float16, float32 or float64, got %s; save it again with array.astype('float32')"
              .formatted(file, array.type()));
    }
    if (array.dimensions() != 2 || array.rows() == 0 || array.columns() == 0) {
      throw new InvalidInputException(
          "%s: expected a matrix with a row per item and at least one column, got %s; save it again"
              .formatted(file, array.shape()));
    }
    return new FeatureFile(file, name.substring(0, name.length() - SUFFIX.length()), array);
  }

  Path file() {
    return file;
  }

  String modality() {
    return modality;
  }

  int rows() {
    return array.rows();
  }

  /**
   * The features by dense item.
   *
   * @param rowOf the file's row of each item, or {@link #NO_ROW}
   * @param listed items that are missing whatever stands in their rows
   * @throws InvalidInputException if another row holds an infinity, or a NaN beside numbers
   */
  FeatureMatrix matrix(int[] rowOf, BitSet listed) {
    BitSet missingRows = new BitSet(array.rows());
    for (int item = 0; item < rowOf.length; item++) {
      if (listed.get(item) && rowOf[item] != NO_ROW) {
        missingRows.set(rowOf[item]);
      }
    }
    scan(missingRows);
    BitSet missing = new BitSet(rowOf.length);
    for (int item = 0; item < rowOf.length; item++) {
      missing.set(item, rowOf[item] == NO_ROW || missingRows.get(rowOf[item]));
    }
    return new Rows(modality, array, rowOf.clone(), missing);
  }

  /** Adds the rows that are all NaN; looks at every other number once. */
  private void scan(BitSet missingRows) {
    String subject = file.toString();
    int columns = array.columns();
    int block = Math.min(array.rows(), Math.max(1, SCANNED_AT_ONCE / columns));
    float[] values = new float[block * columns];
    for (int first = 0; first < array.rows(); first += block) {
      int count = Math.min(block, array.rows() - first);
      array.copyRows(first, count, values, 0);
      for (int k = 0; k < count; k++) {
        if (!missingRows.get(first + k)
            && DenseFeatures.isMissing(subject, first + k, values, k * columns, columns)) {
          missingRows.set(first + k);
        }
      }
    }
  }

  /** Rows that are converted as they are asked for, from memory or from a mapped file. */
  private static final class Rows implements FeatureMatrix {
    private final String modality;
    private final Npy array;
    private final int[] rowOf;
    private final BitSet missing;

    Rows(String modality, Npy array, int[] rowOf, BitSet missing) {
      this.modality = modality;
      this.array = array;
      this.rowOf = rowOf;
      this.missing = missing;
    }

    @Override
    public String modality() {
      return modality;
    }

    @Override
    public int rows() {
      return rowOf.length;
    }

    @Override
    public int dimension() {
      return array.columns();
    }

    @Override
    public boolean isPresent(int row) {
      return !missing.get(row);
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {
      if (missing.get(row)) {
        Arrays.fill(out, offset, offset + array.columns(), 0);
      } else {
        array.copyRow(rowOf[row], out, offset);
      }
    }
  }
}
