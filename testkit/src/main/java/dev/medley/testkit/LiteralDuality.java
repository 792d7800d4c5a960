package dev.medley.testkit;

import dev.medley.engine.Tensors;
import dev.medley.models.Duality;
import dev.medley.models.Loss;
import dev.medley.models.blocks.Alignment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Behaviour–modal alignment and the similarity signal (zhang2024dream, figures 3 and 5), pair by
 * pair and item by item, everything under the tape.
 */
final class LiteralDuality {

  private LiteralDuality() {}

  /**
   * The users and items of n pairs in one domain.
   *
   * @param users n of 1 × D
   * @param items n of 1 × D
   */
  record Pairs(List<Tensor> users, List<Tensor> items) {}

  /**
   * The loss with the terms whose weight is above 0.
   *
   * @param modal of the same pairs; with the very users of {@code behavior} where a model has one
   *     vector of a user
   * @param similarity the similarity signal
   */
  static Loss addTo(Loss loss, Duality duality, Pairs behavior, Pairs modal, Tensor similarity) {
    Alignment alignment = duality.alignment();
    Loss sum = loss;
    if (duality.intraWeight() > 0) {
      Tensor ofBehavior = between(alignment, behavior.users(), behavior.items());
      Tensor ofModal = between(alignment, modal.users(), modal.items());
      sum = sum.plus("intra", duality.intraWeight(), ofBehavior.add(ofModal));
    }
    if (duality.interWeight() > 0) {
      Tensor inter = between(alignment, behavior.items(), modal.items());
      if (modal.users() != behavior.users()) {
        inter = inter.add(between(alignment, behavior.users(), modal.users()));
      }
      sum = sum.plus("inter", duality.interWeight(), inter);
    }
    return duality.s3Weight() > 0 ? sum.plus("s3", duality.s3Weight(), similarity) : sum;
  }

  /** The mean over the pairs of ‖a − b‖² or of −log(exp(a·b / τ) / Σ_b′ exp(a·b′ / τ)). */
  private static Tensor between(Alignment alignment, List<Tensor> left, List<Tensor> right) {
    List<Tensor> terms = new ArrayList<>();
    List<Tensor> a = left.stream().map(LiteralDuality::unit).toList();
    List<Tensor> b = right.stream().map(LiteralDuality::unit).toList();
    for (int k = 0; k < a.size(); k++) {
      if (alignment.form() == Alignment.Form.SQUARED) {
        terms.add(a.get(k).sub(b.get(k)).square().sum());
        continue;
      }
      Tensor own = dot(a.get(k), b.get(k)).div(Tensors.scalar(alignment.temperature()));
      Tensor sum = torch.zeros_like(own);
      for (Tensor other : b) {
        sum = sum.add(dot(a.get(k), other).div(Tensors.scalar(alignment.temperature())).exp());
      }
      terms.add(sum.log().sub(own));
    }
    return mean(terms);
  }

  /** The mean of (cos(learned_i, learned_j) − cos(original_i, original_j))² over all i and j. */
  static Tensor similarity(Tensor learned, Tensor original, int[] items) {
    List<Tensor> now = new ArrayList<>();
    List<Tensor> then = new ArrayList<>();
    for (int item : items) {
      now.add(unit(learned.narrow(0, item, 1)));
      then.add(unit(original.narrow(0, item, 1)));
    }
    List<Tensor> terms = new ArrayList<>();
    for (int i = 0; i < items.length; i++) {
      for (int j = 0; j < items.length; j++) {
        terms.add(dot(now.get(i), now.get(j)).sub(dot(then.get(i), then.get(j))).square());
      }
    }
    return mean(terms);
  }

  private static Tensor dot(Tensor left, Tensor right) {
    return left.mul(right).sum();
  }

  private static Tensor unit(Tensor row) {
    return row.div(row.square().sum().sqrt());
  }

  private static Tensor mean(List<Tensor> terms) {
    return torch.stack(new TensorVector(terms.toArray(new Tensor[0]))).mean();
  }
}
