package dev.medley.engine;

import org.bytedeco.pytorch.Tensor;

/**
 * A named tensor that training changes.
 *
 * @param name unique within the model, as {@code users}
 * @param value the leaf tensor, owned by the {@link Parameters} it belongs to
 */
public record Parameter(String name, Tensor value) {

  /** The gradient of the last backward pass; check {@link Tensor#defined} before use. */
  public Tensor gradient() {
    return value.grad();
  }

  /** Forgets the gradient. */
  public void clearGradient() {
    value.mutable_grad().reset();
  }

  /** How many numbers it holds. */
  public long count() {
    return value.numel();
  }
}
