package dev.medley.testkit;

import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** softmax(Q Kᵀ / √d) V with all weights in memory, head by head, everything under the tape. */
public final class LiteralAttention {

  private LiteralAttention() {}

  /**
   * The literal form of {@link dev.medley.models.blocks.BlockedAttention#of}.
   *
   * @param queries I × D
   * @param keys J × D
   * @param values J × D
   * @param heads a divisor of D
   */
  public static Tensor of(Tensor queries, Tensor keys, Tensor values, int heads) {
    long d = queries.size(1) / heads;
    List<Tensor> results = new ArrayList<>();
    for (int head = 0; head < heads; head++) {
      Tensor scores = queries.narrow(1, head * d, d).mm(keys.narrow(1, head * d, d).t()); // I × J
      Tensor weights = torch.softmax(scores.mul(Tensors.scalar(1 / Math.sqrt((double) d))), 1);
      results.add(weights.mm(values.narrow(1, head * d, d))); // I × d
    }
    return torch.cat(new TensorVector(results.toArray(new Tensor[0])), 1); // I × D
  }
}
