package dev.medley.models.blocks;

import dev.medley.engine.LinearMap;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Owned;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An item–item graph S that is a sum of the modalities' graphs with a weight per item and modality
 * (li2025mrcsaf, eq. 6). S changes with the weights at every step and is never built: its product
 * with a table is taken modality by modality, with the gradient to table and weights.
 *
 * <p>I items, M modalities, D columns. Owns native memory until closed.
 */
public final class WeightedItemGraph implements AutoCloseable {

  /** Whose weight counts in the entry of an item and its neighbour. */
  public enum Axis {
    /** The item's own: S = Σ_m diag(w_m) S̃_m. */
    ROW,
    /** The neighbour's: S = Σ_m S̃_m diag(w_m). */
    COLUMN
  }

  private final List<ItemGraph> graphs; // S̃_m, each I × I

  private WeightedItemGraph(List<ItemGraph> graphs) {
    this.graphs = graphs;
  }

  /** A graph of each modality, normalised as {@link ItemGraph}. */
  public static WeightedItemGraph of(List<Neighbors> nearest, ItemGraph.Edges edges) {
    List<ItemGraph> graphs = new ArrayList<>();
    try (Owned made = new Owned()) {
      for (Neighbors neighbors : nearest) {
        graphs.add(made.add(ItemGraph.of(List.of(neighbors), new double[] {1}, edges)));
      }
      made.kept(); // owned one by one from here on
    }
    return new WeightedItemGraph(List.copyOf(graphs));
  }

  /**
   * S h.
   *
   * @param h I × D
   * @param weights I × M
   * @return I × D
   */
  public Tensor times(Tensor h, Tensor weights, Axis axis) {
    if (weights.dim() != 2 || weights.size(1) != graphs.size()) {
      throw new IllegalArgumentException(
          "item graph weights: expected a column for each of %d modalities, got %s"
              .formatted(graphs.size(), Shapes.describe(weights)));
    }
    Tensor sum = null;
    for (int m = 0; m < graphs.size(); m++) {
      ItemGraph graph = graphs.get(m);
      Tensor w = weights.narrow(1, m, 1); // I × 1
      Tensor part =
          switch (axis) {
            case ROW -> times(graph, h).mul(w);
            case COLUMN -> times(graph, h.mul(w));
          }; // I × D
      sum = sum == null ? part : sum.add(part);
    }
    if (sum == null) {
      throw new IllegalArgumentException("item graph: expected at least one modality, got none");
    }
    return sum;
  }

  private static Tensor times(ItemGraph graph, Tensor x) {
    return LinearMap.apply(x, graph::times, graph::transposedTimes);
  }

  @Override
  public void close() {
    graphs.forEach(ItemGraph::close);
  }
}
