package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.engine.SparseMatrix;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Scores an item by the weights of the user's training items for it: row u of R B, with B a dense I
 * × I matrix. Where B has few entries in a row, {@link ItemNeighbors} takes less memory.
 */
public final class ItemWeights implements TrainedScorer {
  private final Interactions train;
  private final Tensor weights; // B, I × I

  private ItemWeights(Interactions train, Tensor weights) {
    this.train = train;
    this.weights = weights;
  }

  /**
   * Scores with these weights, which must not change any more. Where they are float32 they are
   * shared with the caller, not copied: they live until both have freed them.
   *
   * @param train R, U × I
   * @param weights B, I × I
   */
  public static ItemWeights of(Interactions train, Tensor weights) {
    int items = train.items();
    if (weights.dim() != 2 || weights.size(0) != items || weights.size(1) != items) {
      throw new IllegalArgumentException(
          "item weights: expected %d × %d, got %s"
              .formatted(items, items, Shapes.describe(weights)));
    }
    try (Scope scope = Scope.open()) {
      return new ItemWeights(
          train, scope.release(weights.detach().to(torch.ScalarType.Float).contiguous()));
    }
  }

  /** Scores with zeros, until {@link #tensors} is overwritten with what was stored. */
  public static ItemWeights zeros(Interactions train) {
    try (Scope scope = Scope.open()) {
      return of(train, Tensors.zeros(train.items(), train.items()));
    }
  }

  /** The same weights for other histories; shared, so that they live until both are closed. */
  public ItemWeights over(Interactions histories) {
    return of(histories, weights);
  }

  @Override
  public int users() {
    return train.users();
  }

  @Override
  public int items() {
    return train.items();
  }

  /** The weights by the name under which they are stored, I × I; they stay owned here. */
  public Map<String, Tensor> tensors() {
    return Map.of("weights", weights);
  }

  @Override
  public void score(int[] users, float[] out) {
    int[] offsets = new int[users.length + 1];
    for (int b = 0; b < users.length; b++) {
      offsets[b + 1] = offsets[b] + train.count(users[b]);
    }
    int[] columns = new int[offsets[users.length]];
    for (int b = 0; b < users.length; b++) {
      System.arraycopy(
          train.columns(), train.begin(users[b]), columns, offsets[b], train.count(users[b]));
    }
    float[] ones = new float[columns.length];
    Arrays.fill(ones, 1);
    try (Scope scope = Scope.open();
        SparseMatrix rows = SparseMatrix.of(items(), offsets, columns, ones)) { // B × I
      NoGradient.run(() -> Tensors.copy(rows.times(weights), out)); // B × I
    }
  }

  @Override
  public void close() {
    Scope.free(weights);
  }
}
