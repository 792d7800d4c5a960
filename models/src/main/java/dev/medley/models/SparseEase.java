package dev.medley.models;

import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameters;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.GramInverse;
import dev.medley.models.blocks.ItemNeighbors;
import dev.medley.models.blocks.LargestOfRows;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * EASEᴿ of which each item's largest weights are kept, so that no I × I array exists.
 *
 * <p>U users, I items, K neighbours; R is U × I. P = (RᵀR + λI)⁻¹ comes some columns at a time, and
 * with it B_ij = −P_ij / P_jj (steck2019ease, eq. 8); of row i, what item i says of others, the K
 * largest |B_ij| are kept. With K = I − 1 that is EASEᴿ. Memory I K; the multiplications are those
 * of as many products with R as conjugate gradients take for I right sides.
 *
 * <p>Choice: weights are cut off after the whole problem is solved, where steck2019markov settles
 * beforehand which may differ from zero: docs/decisions/0017-sparse-ease.md.
 */
public final class SparseEase implements Model {

  /**
   * What it leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among EASEᴿ's eight
   * @param neighbors K, at least 1 and fewer than the items; the default means all others where
   *     there are not so many
   */
  public record Config(@Nullable Double l2, int neighbors) implements Hyperparameters {

    /** Validation decides λ; K was chosen on it: docs/models/sparse-ease.md. */
    public static final Config DEFAULT = new Config(null, 100);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.atLeast("neighbors", neighbors, 1);
    }

    @Override
    public void check(TrainingView data) {
      int width = width(data.items());
      if (data.items() > 1) { // an only item has no other
        Range.fewerNeighbors(width, data.items());
      }
      LargestOfRows.refuseBeyond("sparse-ease", data.items(), width, room());
    }

    private int width(int items) {
      return neighbors == DEFAULT.neighbors
          ? Math.min(neighbors, Math.max(1, items - 1))
          : neighbors;
    }

    /** Bytes: nearly all of it is on the heap, which may be less than what the system has free. */
    private static OptionalLong room() {
      long heap = Runtime.getRuntime().maxMemory();
      return OptionalLong.of(Math.min(heap, AvailableMemory.bytes().orElse(heap)));
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.openNumber("l2"), settings.integer("neighbors", DEFAULT.neighbors));
    }
  }

  private final Config config;
  private final Interactions train;
  private final Parameters parameters;
  private final GramInverse inverse;
  private final Owned owned;
  private @Nullable ItemNeighbors fitted; // B

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if there are not more items than neighbours, or
   *     no memory for them
   */
  public SparseEase(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.train = input.data().train();
    try (Owned made = new Owned()) {
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.inverse = made.add(new GramInverse(train, parameters));
      this.owned = made.kept();
    }
  }

  private void fit(double l2) {
    fitted = null; // so that there are not two at a time
    LargestOfRows kept = new LargestOfRows(train.items(), config.width(train.items()));
    inverse.forEach(l2, (from, columns) -> keep(from, columns, kept));
    fitted = kept.toScorer(train);
  }

  /** Columns of B from those of P, I × B. */
  private static void keep(int from, Tensor columns, LargestOfRows kept) {
    int size = Math.toIntExact(columns.size(1));
    Tensor diagonal = columns.narrow(0, from, size).diagonal().clone(); // P_jj, B
    float[] weights =
        Tensors.toFloats(columns.div_(diagonal.neg().unsqueeze(0)).to(torch.ScalarType.Float));
    for (int k = 0; k < weights.length; k++) {
      int row = k / size;
      int column = from + k % size;
      if (row != column) { // diag(B) = 0
        kept.offer(row, column, weights[k]);
      }
    }
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return List.of(
        new Phase.ClosedForm(
            "fit",
            FeatureStages.open(config.l2(), Ease.L2).stream()
                .map(l2 -> new Phase.Candidate(chosen(l2), () -> fit(l2)))
                .toList()));
  }

  /** λ and K as they are fitted. */
  private Map<String, Object> chosen(double l2) {
    return Map.of("l2", l2, "neighbors", config.width(train.items()));
  }

  @Override
  public TrainedScorer scorer() {
    if (fitted == null) {
      throw new IllegalStateException("sparse-ease: expected to be fitted before it scores");
    }
    return fitted;
  }

  @Override
  public void close() {
    owned.close();
  }
}
