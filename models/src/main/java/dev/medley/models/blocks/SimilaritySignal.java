package dev.medley.models.blocks;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.bytedeco.pytorch.Tensor;

/**
 * The similarity-supervised signal S3 (zhang2024dream, figure 5): what is learned from features
 * should find the same items alike as the features do.
 */
public final class SimilaritySignal {

  /** Items that a step compares, at most; their cosines are a table of this size squared. */
  public static final int ITEMS = 512;

  private SimilaritySignal() {}

  /**
   * The mean squared difference between the cosines of {@code learned} and those of {@code
   * original}: 0 for equal spaces, and 0 for no items.
   *
   * @param learned n × D
   * @param original n × F, of which no gradient is taken
   * @return a single number
   */
  public static Tensor loss(Tensor learned, Tensor original) {
    if (learned.size(0) != original.size(0)) {
      throw new IllegalArgumentException(
          "similarity signal: expected as many rows of both, got %s and %s"
              .formatted(Shapes.describe(learned), Shapes.describe(original)));
    }
    if (learned.size(0) == 0) {
      return learned.sum();
    }
    return cosines(learned).sub(cosines(original.detach())).square().mean();
  }

  private static Tensor cosines(Tensor rows) {
    Tensor unit = UnitRows.of(rows);
    return unit.matmul(unit.t()); // n × n
  }

  /**
   * The first distinct items of a batch that may be compared, at most {@link #ITEMS}.
   *
   * @param batch items, repeats allowed
   * @param present whether an item has the modality
   */
  public static int[] sample(int[] batch, IntPredicate present) {
    return Arrays.stream(batch).distinct().filter(present).limit(ITEMS).toArray();
  }
}
