package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.Neighbors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Nearest items by a dense I × I table of cosines in float64 and a sort of each row. */
public final class LiteralKnn {

  private LiteralKnn() {}

  /** The k nearest of each item, itself among them; ties go to the smaller index. */
  public static Neighbors nearest(FeatureMatrix features, int k) {
    int items = features.rows();
    double[][] cosines = cosines(features);
    int[] offsets = new int[items + 1];
    List<Integer> chosen = new ArrayList<>();
    List<Float> similarities = new ArrayList<>();
    for (int item = 0; item < items; item++) {
      double[] row = cosines[item];
      List<Integer> order = new ArrayList<>();
      for (int other = 0; other < items; other++) {
        if (!Double.isNaN(row[other])) {
          order.add(other);
        }
      }
      order.sort(
          Comparator.comparingDouble((Integer other) -> -row[other])
              .thenComparing(Comparator.naturalOrder()));
      for (int other : order.subList(0, Math.min(k, order.size()))) {
        chosen.add(other);
        similarities.add((float) row[other]);
      }
      offsets[item + 1] = chosen.size();
    }
    float[] values = new float[similarities.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = similarities.get(n);
    }
    return new Neighbors(offsets, chosen.stream().mapToInt(Integer::intValue).toArray(), values);
  }

  /** I × I; NaN where either item has no direction. */
  private static double[][] cosines(FeatureMatrix features) {
    int items = features.rows();
    float[][] rows = new float[items][features.dimension()];
    double[] norms = new double[items];
    for (int item = 0; item < items; item++) {
      features.copyRow(item, rows[item], 0);
      norms[item] = Math.sqrt(dot(rows[item], rows[item]));
    }
    double[][] cosines = new double[items][items];
    for (int item = 0; item < items; item++) {
      for (int other = 0; other < items; other++) {
        cosines[item][other] = dot(rows[item], rows[other]) / (norms[item] * norms[other]);
      }
    }
    return cosines;
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int k = 0; k < left.length; k++) {
      sum += (double) left[k] * right[k];
    }
    return sum;
  }
}
