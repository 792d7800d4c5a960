package dev.medley.models;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameters;
import dev.medley.engine.PositiveDefinite;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.ItemGram;
import dev.medley.models.blocks.ItemWeights;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * EASEᴿ: each item is predicted from all others by a linear map with a zero diagonal, of which the
 * least squares solution is known in closed form (steck2019ease).
 *
 * <p>U users, I items; R is U × I, X in the paper. B = argmin ‖R − R B‖² + λ‖B‖² with diag(B) = 0;
 * score R B. Exact, by one dense I × I matrix that is inverted in its place: it takes I³
 * multiplications and 4 I² bytes, and as many in the run's folder.
 */
public final class Ease implements Model {

  /** What is tried where λ is left open; validation decides. */
  private static final List<Double> L2 =
      List.of(10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0);

  /**
   * What EASE leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among 10, 20, 50, 100, 200, 500, 1000, 2000
   */
  public record Config(@Nullable Double l2) implements Hyperparameters {

    /** Validation decides, as in section 4. */
    public static final Config DEFAULT = new Config(null);

    /** Refuses values out of range. */
    public Config {
      if (l2 != null) {
        Range.above("l2", l2, 0);
      }
    }

    /** Refuses more items than this machine's memory has room for. */
    @Override
    public void check(TrainingView data) {
      refuseBeyond(data.items(), AvailableMemory.bytes());
    }

    /** Reads the key of this record; what is not given is left to validation. */
    public static Config read(Settings settings) {
      return new Config(settings.openNumber("l2"));
    }
  }

  private final Config config;
  private final Interactions train;
  private final Parameters parameters;
  private @Nullable Tensor weights; // B, I × I

  /**
   * A model without weights yet.
   *
   * @throws InvalidInputException if the weights would not fit into memory
   */
  public Ease(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.train = input.data().train();
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  static void refuseBeyond(int items, OptionalLong available) {
    double bytes = (double) Float.BYTES * items * items;
    if (available.isPresent() && bytes > available.getAsLong()) {
      throw new InvalidInputException(
          String.format(
              Locale.ROOT,
              "model ease: expected memory for its %d × %d weights, %.1f GiB, got %.1f GiB available;"
                  + " train itemknn, which keeps few neighbours of each item, or leave out rare items",
              items,
              items,
              bytes / (1L << 30),
              (double) available.getAsLong() / (1L << 30)));
    }
  }

  /**
   * Eqs. 6–8. Choice: RᵀR is counted again for each λ, which takes little beside the inverse, so
   * that one matrix of its size is enough.
   */
  private void fit(double l2) {
    forget();
    try (Scope scope = Scope.open()) {
      Tensor p = ItemGram.of(train, parameters); // I × I, becomes RᵀR + λI, P and B in turn
      NoGradient.run(
          () -> {
            float most = p.numel() == 0 ? 0 : p.diagonal().max().item().toFloat();
            p.diagonal().add_(Tensors.scalar(l2));
            boolean lost = most > 0 && (float) (most + l2) == most;
            if (lost || !PositiveDefinite.invert(p)) { // P = (RᵀR + λI)⁻¹
              throw new InvalidInputException(
                  "l2: expected enough for RᵀR + λI to be positive definite in float32, got %s; try 10"
                      .formatted(l2));
            }
            p.div_(p.diagonal().neg()); // B_ij = −P_ij / P_jj
            p.fill_diagonal_(Tensors.scalar(0));
          });
      weights = scope.release(p);
    }
  }

  private void forget() {
    if (weights != null) {
      Scope.free(weights);
      weights = null;
    }
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<Double> values = config.l2() == null ? L2 : List.of(config.l2());
    return List.of(
        new Phase.ClosedForm(
            "fit",
            values.stream()
                .map(l2 -> new Phase.Candidate(Map.of("l2", l2), () -> fit(l2)))
                .toList()));
  }

  @Override
  public TrainedScorer scorer() {
    if (weights == null) {
      throw new IllegalStateException("ease: expected to be fitted before it scores");
    }
    return ItemWeights.of(train, weights);
  }

  @Override
  public void close() {
    forget();
    parameters.close();
  }
}
