package dev.medley.models.blocks;

import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Scores by the inner product of a user's vector and an item's. Owns both tables until closed. */
public final class DotProduct implements TrainedScorer {
  private final Tensor users; // U × D
  private final Tensor items; // I × D
  private @Nullable Tensor scores; // the largest batch so far × I, reused

  private DotProduct(Tensor users, Tensor items) {
    this.users = users;
    this.items = items;
  }

  /**
   * Scores with copies of these tables, in float32 whatever they are.
   *
   * @param users U × D
   * @param items I × D
   */
  public static DotProduct of(Tensor users, Tensor items) {
    if (users.size(1) != items.size(1)) {
      throw new IllegalArgumentException(
          "dot product: expected vectors of one size, got %d and %d"
              .formatted(users.size(1), items.size(1)));
    }
    try (Scope scope = Scope.open()) {
      return NoGradient.of(
          () ->
              new DotProduct(
                  scope.release(floats(users).clone()), scope.release(floats(items).clone())));
    }
  }

  private static Tensor floats(Tensor table) {
    return table.detach().to(torch.ScalarType.Float);
  }

  /**
   * Scores with a table of users followed by items.
   *
   * @param nodes (U + I) × D
   * @param users U
   */
  public static DotProduct ofNodes(Tensor nodes, int users) {
    try (Scope scope = Scope.open()) {
      return of(nodes.narrow(0, 0, users), nodes.narrow(0, users, nodes.size(0) - users));
    }
  }

  /** Scores with vectors given as arrays, row by row. */
  public static DotProduct of(float[] users, float[] items, int dim) {
    try (Scope scope = Scope.open()) {
      return of(
          Tensors.of(users, users.length / dim, dim), Tensors.of(items, items.length / dim, dim));
    }
  }

  @Override
  public int users() {
    return Math.toIntExact(users.size(0));
  }

  @Override
  public int items() {
    return Math.toIntExact(items.size(0));
  }

  /** D. */
  public int dim() {
    return Math.toIntExact(users.size(1));
  }

  /** The users' vectors, U × D, row by row. */
  public float[] userVectors() {
    return Tensors.toFloats(users);
  }

  /** The items' vectors, I × D, row by row. */
  public float[] itemVectors() {
    return Tensors.toFloats(items);
  }

  @Override
  public void score(int[] users, float[] out) {
    try (Scope scope = Scope.open()) {
      NoGradient.run(
          () -> {
            Tensor chosen = this.users.index_select(0, Tensors.rows(users)); // B × D
            Tensor to = room(scope, users.length).narrow(0, 0, users.length);
            torch.mm_out(to, chosen, items.t()); // B × I
            Tensors.copy(to, out);
          });
    }
  }

  private Tensor room(Scope scope, int rows) {
    if (scores == null || scores.size(0) < rows) {
      if (scores != null) {
        Scope.free(scores);
      }
      scores = scope.release(Tensors.empty(rows, items.size(0)));
    }
    return scores;
  }

  @Override
  public void close() {
    Scope.free(users);
    Scope.free(items);
    if (scores != null) {
      Scope.free(scores);
      scores = null;
    }
  }
}
