package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** BPR of users against the projected features of their pairs' items. */
public final class ModalPairs {

  private ModalPairs() {}

  /**
   * The mean over the pairs of which both items have the modality; 0 where there is no such pair. A
   * missing row so neither attracts nor repels. Where there is no such pair the projection gets no
   * gradient, and {@link dev.medley.engine.Adam} leaves it as it is in that step.
   *
   * @param users B × D
   * @param positives B items
   * @param negatives B items
   * @return a single number
   */
  public static Tensor bpr(
      Tensor users,
      int[] positives,
      int[] negatives,
      FeatureMatrix features,
      FeatureProjection projection) {
    return bpr(users, positives, negatives, features, projection::of);
  }

  /**
   * The same with any table of projected features.
   *
   * @param projected gives the rows of n items, n × D
   */
  public static Tensor bpr(
      Tensor users,
      int[] positives,
      int[] negatives,
      FeatureMatrix features,
      Function<int[], Tensor> projected) {
    int[] kept = new int[positives.length];
    int count = 0;
    for (int k = 0; k < positives.length; k++) {
      if (features.isPresent(positives[k]) && features.isPresent(negatives[k])) {
        kept[count++] = k;
      }
    }
    if (count == 0) {
      return users.sum().mul(Tensors.scalar(0));
    }
    int[] items = new int[2 * count];
    for (int k = 0; k < count; k++) {
      items[k] = positives[kept[k]];
      items[count + k] = negatives[kept[k]];
    }
    Tensor chosen =
        count == positives.length
            ? users
            : users.index_select(0, Tensors.rows(Arrays.copyOf(kept, count)));
    Tensor rows = projected.apply(items); // 2n × D
    return Bpr.loss(chosen, rows.narrow(0, 0, count), rows.narrow(0, count, count));
  }

  /**
   * The mean over the modalities that an item has of its projected features; zeros where it has
   * none.
   *
   * @param items n of them
   * @param features one matrix per modality
   * @param projections of the same modalities
   * @return n × D
   */
  public static Tensor mean(
      int[] items, List<FeatureMatrix> features, List<FeatureProjection> projections) {
    List<Tensor> shares = new ArrayList<>();
    for (int m = 0; m < features.size(); m++) {
      float[] share = new float[items.length];
      for (int k = 0; k < items.length; k++) {
        int item = items[k];
        long count = features.stream().filter(part -> part.isPresent(item)).count();
        share[k] = features.get(m).isPresent(item) ? 1f / count : 0;
      }
      Tensor projected = projections.get(m).of(items); // n × D
      Tensor column = Tensors.of(share, share.length, 1).to(projected.scalar_type()); // n × 1
      shares.add(projected.mul(column));
    }
    return torch.stack(new TensorVector(shares.toArray(new Tensor[0]))).sum(0); // n × D
  }
}
