package dev.medley.evaluation;

import dev.medley.core.FeatureMatrix;
import java.util.Arrays;
import java.util.List;

/**
 * How unlike the items of a list are: the mean of 1 − cosine over its pairs.
 *
 * <p>An item's vector x̂ is its modalities' rows, each scaled to length 1, side by side, and scaled
 * to length 1 again; a modality that the item lacks (or that is all zero) is a block of zeros.
 * Items that lack every modality are left out of the list; with fewer than two left it has no
 * diversity.
 *
 * <p>With n unit vectors and s = Σ x̂ the sum of all cosines of unequal pairs is ‖s‖² − n, so a
 * list costs n · D additions instead of n² · D. Users run inside a slice of dimensions that stays
 * in the cache; slices of all items are filled as many at a time as fit 32 MiB, but one at least,
 * so that memory does not grow with D: it is at most 32 MiB or I × 256 floats, whichever is more.
 */
final class Diversity {
  private static final int SLICE = 256; // dimensions
  private static final int BUFFER_FLOATS = 8 << 20;

  private final List<FeatureMatrix> features;
  private final int items;
  private final float[][] scale; // modality × I; what makes a row a part of x̂, 0 where missing
  private final boolean[] present; // I; has at least one modality

  Diversity(List<FeatureMatrix> features, int items) {
    this.features = features;
    this.items = items;
    this.scale = new float[features.size()][items];
    this.present = new boolean[items];
    int[] modalities = new int[items];
    for (int m = 0; m < scale.length; m++) {
      FeatureMatrix matrix = features.get(m);
      float[] row = new float[matrix.dimension()];
      for (int item = 0; item < items; item++) {
        if (matrix.isPresent(item)) {
          matrix.copyRow(item, row, 0);
          double norm = Math.sqrt(squaredNorm(row, 0, row.length));
          if (norm > 0) {
            scale[m][item] = (float) (1 / norm);
            modalities[item]++;
            present[item] = true;
          }
        }
      }
    }
    for (float[] ofModality : scale) {
      for (int item = 0; item < items; item++) {
        ofModality[item] /= (float) Math.sqrt(Math.max(1, modalities[item]));
      }
    }
  }

  /** The diversity of every list at every cut-off, E × cut-offs. */
  double[] of(RankedLists lists, int[] cutoffs, Stripes stripes) {
    double[] squares = new double[lists.size() * cutoffs.length]; // ‖s‖²
    for (int m = 0; m < scale.length; m++) {
      addSquares(features.get(m), scale[m], lists, cutoffs, squares, stripes);
    }
    double[] diversity = squares;
    for (int row = 0; row < lists.size(); row++) {
      int at = lists.begin(row);
      double n = 0;
      for (int c = 0; c < cutoffs.length; c++) {
        for (int end = lists.end(row, cutoffs[c]); at < end; at++) {
          n += present[lists.item(at)] ? 1 : 0;
        }
        int k = row * cutoffs.length + c;
        diversity[k] = n < 2 ? Double.NaN : Math.max(0, 1 - (squares[k] - n) / (n * (n - 1)));
      }
    }
    return diversity;
  }

  private void addSquares(
      FeatureMatrix matrix,
      float[] scaleOf,
      RankedLists lists,
      int[] cutoffs,
      double[] squares,
      Stripes stripes) {
    int slices = (matrix.dimension() + SLICE - 1) / SLICE;
    int atOnce = Math.max(1, Math.min(slices, BUFFER_FLOATS / (items * SLICE + 1)));
    float[] buffer = new float[Math.multiplyExact(atOnce * SLICE, items)]; // slice × I × SLICE
    float[] row = new float[slices * SLICE]; // its tail stays 0
    for (int first = 0; first < slices; first += atOnce) {
      int count = Math.min(atOnce, slices - first);
      for (int item = 0; item < items; item++) {
        if (scaleOf[item] == 0) {
          for (int s = 0; s < count; s++) {
            int at = (s * items + item) * SLICE;
            Arrays.fill(buffer, at, at + SLICE, 0);
          }
        } else {
          matrix.copyRow(item, row, 0);
          for (int s = 0; s < count; s++) {
            scaled(row, (first + s) * SLICE, scaleOf[item], buffer, (s * items + item) * SLICE);
          }
        }
      }
      for (int s = 0; s < count; s++) {
        int sliceAt = s * items * SLICE;
        stripes.over(
            0,
            lists.size(),
            (thread, from, to) -> addSquares(buffer, sliceAt, lists, from, to, cutoffs, squares));
      }
    }
  }

  private static void addSquares(
      float[] slice,
      int sliceAt,
      RankedLists lists,
      int rowFrom,
      int rowTo,
      int[] cutoffs,
      double[] squares) {
    float[] sum = new float[SLICE];
    for (int row = rowFrom; row < rowTo; row++) {
      Arrays.fill(sum, 0);
      int at = lists.begin(row);
      for (int c = 0; c < cutoffs.length; c++) {
        int end = lists.end(row, cutoffs[c]);
        for (; at + 3 < end; at += 4) {
          addFour(
              slice,
              sliceAt + lists.item(at) * SLICE,
              sliceAt + lists.item(at + 1) * SLICE,
              sliceAt + lists.item(at + 2) * SLICE,
              sliceAt + lists.item(at + 3) * SLICE,
              sum);
        }
        for (; at < end; at++) {
          add(slice, sliceAt + lists.item(at) * SLICE, sum);
        }
        squares[row * cutoffs.length + c] += squaredNorm(sum, 0, SLICE);
      }
    }
  }

  private static void scaled(float[] row, int from, float factor, float[] out, int at) {
    for (int d = 0; d < SLICE; d++) {
      out[at + d] = row[from + d] * factor;
    }
  }

  private static void add(float[] values, int at, float[] sum) {
    for (int d = 0; d < SLICE; d++) {
      sum[d] += values[at + d];
    }
  }

  // A third faster than one row at a time: the sum is loaded and stored once for four.
  private static void addFour(float[] values, int a, int b, int c, int d, float[] sum) {
    for (int k = 0; k < SLICE; k++) {
      sum[k] += (values[a + k] + values[b + k]) + (values[c + k] + values[d + k]);
    }
  }

  private static double squaredNorm(float[] values, int from, int to) {
    double a = 0; // four sums, so that an addition need not wait for the one before it
    double b = 0;
    double c = 0;
    double d = 0;
    int k = from;
    for (; k + 3 < to; k += 4) {
      a += (double) values[k] * values[k];
      b += (double) values[k + 1] * values[k + 1];
      c += (double) values[k + 2] * values[k + 2];
      d += (double) values[k + 3] * values[k + 3];
    }
    for (; k < to; k++) {
      a += (double) values[k] * values[k];
    }
    return (a + b) + (c + d);
  }
}
