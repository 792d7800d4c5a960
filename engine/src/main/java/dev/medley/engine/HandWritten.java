package dev.medley.engine;

import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.jspecify.annotations.Nullable;

/**
 * A function of several tensors whose gradient is written by hand. The tape sees zero times a sum
 * in its place: a hook on the value keeps the gradient that comes in, and a hook on an alias of
 * each input hands out what the hand-written gradient makes of it.
 *
 * <p>{@link LinearMap} is the lighter form for one input and a value of its shape.
 */
public final class HandWritten {

  private HandWritten() {}

  /** The gradient of such a function. */
  @FunctionalInterface
  public interface Gradient {

    /**
     * Computed once for a backward pass, without a tape.
     *
     * @param incoming the gradient of the value
     * @return the gradient of each input, of its shape, in order
     */
    List<Tensor> of(Tensor incoming);
  }

  /**
   * Puts a value on the tape.
   *
   * @param value computed without a tape and used by nobody else; taken over
   * @param gradient what it hands back to {@code inputs}; not asked where none needs one
   * @param inputs what it was computed from, each of at least one dimension
   * @return {@code value}
   */
  public static Tensor of(Tensor value, Gradient gradient, Tensor... inputs) {
    if (!GradMode.is_enabled()) {
      return value;
    }
    Backward backward = new Backward(gradient);
    @Nullable Tensor link = null;
    for (int k = 0; k < inputs.length; k++) {
      if (inputs[k].requires_grad()) {
        Tensor alias = inputs[k].view_as(inputs[k]);
        alias.register_hook(new OfInput(backward, k));
        Tensor nothing = alias.sum().mul(Tensors.scalar(0)); // whose gradient takes no memory
        link = link == null ? nothing : link.add(nothing);
      }
    }
    if (link != null) {
      value.add_(link);
      value.register_hook(new OfValue(backward));
    }
    return value;
  }

  /** What one backward pass hands on, computed when the first input asks. */
  private static final class Backward {
    private final Gradient gradient;
    private @Nullable Tensor incoming;
    private @Nullable List<Tensor> outgoing;

    Backward(Gradient gradient) {
      this.gradient = gradient;
    }

    Tensor of(int input) {
      Tensor from = incoming;
      if (from == null) {
        throw new IllegalStateException("gradient: expected that of the value first");
      }
      if (outgoing == null) {
        outgoing = NoGradient.of(() -> gradient.of(from));
      }
      return outgoing.get(input);
    }
  }

  private static final class OfValue extends TensorTensorHook {
    private final Backward backward;

    OfValue(Backward backward) {
      this.backward = backward;
    }

    @Override
    public TensorBase call(TensorBase incoming) {
      Tensor gradient = new Tensor(incoming);
      backward.incoming = gradient;
      backward.outgoing = null;
      return gradient;
    }
  }

  private static final class OfInput extends TensorTensorHook {
    private final Backward backward;
    private final int input;

    OfInput(Backward backward, int input) {
      this.backward = backward;
      this.input = input;
    }

    @Override
    public TensorBase call(TensorBase nothing) {
      return backward.of(input);
    }
  }
}
