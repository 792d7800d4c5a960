package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** BPR of users against the projected features of their pairs' items. */
public final class ModalPairs {

  private ModalPairs() {}

  /**
   * The mean over the pairs of which both items have the modality; 0 where there is no such pair. A
   * missing row so neither attracts nor repels.
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
}
