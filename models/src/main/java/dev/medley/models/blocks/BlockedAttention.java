package dev.medley.models.blocks;

import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention softmax(Q Kᵀ / √d) V of queries over keys, exact, in blocks: the softmax is accumulated
 * while blocks of keys pass by, so that neither the result nor its gradient ever needs the I × J
 * array of weights (dao2022flashattention, algorithms 1 and 4).
 *
 * <p>I queries, J keys, D columns, H heads of d = D / H columns each.
 */
public final class BlockedAttention {
  private static final String ON_PROCESSOR = "aten::_scaled_dot_product_flash_attention_for_cpu";

  private BlockedAttention() {}

  /**
   * Every query attends every key; the gradient reaches all three.
   *
   * @param queries I × D
   * @param keys J × D; a key that is to be masked is left out of them, as by {@link #of(Tensor,
   *     Tensor, Tensor, int, int[])}
   * @param values J × D
   * @param heads H, a divisor of D; head h has columns h d … (h + 1) d − 1
   * @return I × D; zeros where J is 0
   */
  public static Tensor of(Tensor queries, Tensor keys, Tensor values, int heads) {
    check(queries, keys, heads);
    Shapes.same("attention keys and values", keys, values);
    if (keys.size(0) == 0 || queries.size(0) == 0) {
      return torch.zeros_like(queries);
    }
    Tensor attended = attend(split(queries, heads), split(keys, heads), split(values, heads));
    return attended
        .squeeze(0) // H × I × d
        .transpose(0, 1)
        .reshape(queries.size(0), queries.size(1)); // I × D
  }

  /**
   * The queries attend some of the keys: a sample, or those that are not masked.
   *
   * @param attended rows of {@code keys} and {@code values}, each at most once
   */
  public static Tensor of(Tensor queries, Tensor keys, Tensor values, int heads, int[] attended) {
    Tensor rows = Tensors.rows(attended); // n
    return of(queries, keys.index_select(0, rows), values.index_select(0, rows), heads);
  }

  /**
   * How much each of a few queries attends each key, the mean over the heads.
   *
   * @param queries B × D
   * @param keys J × D
   * @return B × J, rows that sum to 1; holds H × B × J meanwhile
   */
  public static Tensor weights(Tensor queries, Tensor keys, int heads) {
    check(queries, keys, heads);
    double scale = 1 / Math.sqrt((double) queries.size(1) / heads);
    Tensor scores =
        split(queries, heads).matmul(split(keys, heads).transpose(2, 3)); // 1 × H × B × J
    return torch.softmax(scores.mul(Tensors.scalar(scale)), 3).squeeze(0).mean(0); // B × J
  }

  private static void check(Tensor queries, Tensor keys, int heads) {
    if (queries.dim() != 2 || keys.dim() != 2 || queries.size(1) != keys.size(1)) {
      throw new IllegalArgumentException(
          "attention: expected queries I × D and keys J × D, got %s and %s"
              .formatted(Shapes.describe(queries), Shapes.describe(keys)));
    }
    if (heads < 1 || queries.size(1) % heads != 0) {
      throw new IllegalArgumentException(
          "attention: expected heads that divide the %d columns, got %d"
              .formatted(queries.size(1), heads));
    }
  }

  /** 1 × H × rows × d, a view. */
  private static Tensor split(Tensor table, int heads) {
    return table
        .view(table.size(0), heads, table.size(1) / heads)
        .transpose(0, 1)
        .unsqueeze(0); // 1 × H × rows × d
  }

  /**
   * The library chooses a form by itself, and one of them holds all weights; on the processor the
   * blocked one is therefore called by its own name.
   */
  private static Tensor attend(Tensor queries, Tensor keys, Tensor values) {
    if (!queries.is_cpu()) {
      return torch.scaled_dot_product_attention(queries, keys, values);
    }
    IValueVector stack = new IValueVector();
    stack.push_back(new IValue(queries));
    stack.push_back(new IValue(keys));
    stack.push_back(new IValue(values));
    stack.push_back(new IValue(0.0)); // dropout
    stack.push_back(new IValue(false)); // causal
    stack.push_back(new IValue()); // mask
    stack.push_back(new IValue()); // scale: 1 / √d
    OperatorHandle operation = Dispatcher.singleton().findSchemaOrThrow(ON_PROCESSOR, "");
    operation.callBoxed(stack);
    return stack.get(0).toTensor();
  }
}
