package dev.medley.models.blocks;

import dev.medley.engine.Neighbors;
import dev.medley.engine.Owned;
import dev.medley.engine.SparseMatrix;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An item–item graph S, I × I: the weighted sum of the modalities' neighbour graphs, each D^-1/2 A
 * D^-1/2 with D the row sums of A. Not symmetric, so it holds its transpose for the gradient. Owns
 * both until closed.
 */
public final class ItemGraph implements AutoCloseable {

  /** What stands in A. */
  public enum Edges {
    /** 1 for every neighbour (zhou2023freedom, eq. 3). */
    ONE,
    /** The cosine (zhang2021lattice, eq. 4), 0 where it is negative. */
    COSINE
  }

  private final SparseMatrix matrix;
  private final SparseMatrix transposed;

  private ItemGraph(SparseMatrix matrix, SparseMatrix transposed) {
    this.matrix = matrix;
    this.transposed = transposed;
  }

  /**
   * S = Σ_m weights_m S_m.
   *
   * @param graphs one per modality, each of I rows
   * @param weights one per modality
   */
  public static ItemGraph of(List<Neighbors> graphs, double[] weights, Edges edges) {
    int items = graphs.get(0).rows();
    int capacity = graphs.stream().mapToInt(graph -> graph.items().length).sum();
    int[] offsets = new int[items + 1];
    int[] columns = new int[capacity];
    float[] values = new float[capacity];
    double[][] degrees = new double[graphs.size()][];
    for (int m = 0; m < graphs.size(); m++) {
      degrees[m] = rowSums(graphs.get(m), edges);
    }
    double[] row = new double[items];
    int[] touched = new int[items];
    int size = 0;
    for (int item = 0; item < items; item++) {
      int count = 0;
      for (int m = 0; m < graphs.size(); m++) {
        Neighbors graph = graphs.get(m);
        for (int k = graph.offsets()[item]; k < graph.offsets()[item + 1]; k++) {
          int other = graph.items()[k];
          double scale = degrees[m][item] * degrees[m][other];
          double value = scale > 0 ? weights[m] * edge(graph, k, edges) / Math.sqrt(scale) : 0;
          if (value != 0) {
            if (row[other] == 0) {
              touched[count++] = other;
            }
            row[other] += value;
          }
        }
      }
      Arrays.sort(touched, 0, count);
      for (int k = 0; k < count; k++) {
        columns[size] = touched[k];
        values[size++] = (float) row[touched[k]];
        row[touched[k]] = 0;
      }
      offsets[item + 1] = size;
    }
    try (Owned made = new Owned()) {
      SparseMatrix matrix =
          made.add(
              SparseMatrix.of(
                  items, offsets, Arrays.copyOf(columns, size), Arrays.copyOf(values, size)));
      ItemGraph graph = new ItemGraph(matrix, matrix.transposed());
      made.kept();
      return graph;
    }
  }

  private static double[] rowSums(Neighbors graph, Edges edges) {
    double[] sums = new double[graph.rows()];
    for (int item = 0; item < sums.length; item++) {
      for (int k = graph.offsets()[item]; k < graph.offsets()[item + 1]; k++) {
        sums[item] += edge(graph, k, edges);
      }
    }
    return sums;
  }

  private static double edge(Neighbors graph, int k, Edges edges) {
    return switch (edges) {
      case ONE -> 1;
      case COSINE -> Math.max(0, graph.similarities()[k]);
    };
  }

  /** S x without a tape, for x of I × D. */
  public Tensor times(Tensor x) {
    return matrix.times(x);
  }

  /** Sᵀ x without a tape, for x of I × D. */
  public Tensor transposedTimes(Tensor x) {
    return transposed.times(x);
  }

  @Override
  public void close() {
    matrix.close();
    transposed.close();
  }
}
