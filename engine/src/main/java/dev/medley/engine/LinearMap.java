package dev.medley.engine;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear map whose gradient is written by hand. libtorch's tape records no part of it: a node
 * that does nothing stands on the tape in its place, and a hook there returns the transposed map of
 * the gradient. For sparse products that is several times faster than the tape's own way.
 */
public final class LinearMap {

  private LinearMap() {}

  /**
   * A map from matrices to matrices of the same shape.
   *
   * @param x N × D
   * @param map the map, computed without a tape
   * @param transposed what takes the gradient of the result to the gradient of {@code x}
   */
  public static Tensor apply(
      Tensor x, UnaryOperator<Tensor> map, UnaryOperator<Tensor> transposed) {
    Tensor value = NoGradient.of(() -> map.apply(x.detach()));
    if (!x.requires_grad() || !GradMode.is_enabled()) {
      return value;
    }
    Tensor result = x.clone();
    NoGradient.run(() -> result.copy_(value));
    result.register_hook(new Hook(transposed));
    return result;
  }

  /**
   * A map from C × D to R × D with R ≥ C. What stands on the tape is {@code x} with rows of zeros
   * below it, since a hook may not change the shape of a gradient.
   *
   * @param x C × D
   * @param rows R, at least C
   * @param map from C × D to R × D, computed without a tape
   * @param transposed from R × D to C × D
   */
  public static Tensor apply(
      Tensor x, int rows, UnaryOperator<Tensor> map, UnaryOperator<Tensor> transposed) {
    if (x.size(0) > rows) {
      throw new IllegalArgumentException(
          "linear map: expected at most %d rows, got %d".formatted(rows, x.size(0)));
    }
    Tensor value = NoGradient.of(() -> map.apply(x.detach()));
    if (!x.requires_grad() || !GradMode.is_enabled()) {
      return value;
    }
    Tensor result = padded(x, rows);
    NoGradient.run(() -> result.copy_(value));
    result.register_hook(new Hook(gradient -> padded(transposed.apply(gradient), rows)));
    return result;
  }

  private static Tensor padded(Tensor x, long rows) {
    return torch.constant_pad_nd(x, 0, 0, 0, rows - x.size(0)); // R × D
  }

  /** Kept reachable until backward has run by the scope in which it was made. */
  private static final class Hook extends TensorTensorHook {
    private final UnaryOperator<Tensor> gradient;

    Hook(UnaryOperator<Tensor> gradient) {
      this.gradient = gradient;
    }

    @Override
    public TensorBase call(TensorBase incoming) {
      return NoGradient.of(() -> gradient.apply(new Tensor(incoming)));
    }
  }
}
