package dev.medley.models;

import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.ItemRegression;
import dev.medley.models.blocks.ItemWeights;
import dev.medley.models.blocks.Kept;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import java.util.Map;
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
  static final List<Double> L2 = List.of(10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0);

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
      Range.openAbove("l2", l2, 0);
    }

    /** Refuses more items than this machine's memory has room for. */
    @Override
    public void check(TrainingView data) {
      ItemRegression.refuseBeyond("ease", data.items(), 1, AvailableMemory.bytes());
    }

    /** Reads the key of this record; what is not given is left to validation. */
    public static Config read(Settings settings) {
      return new Config(settings.openNumber("l2"));
    }
  }

  private final Config config;
  private final Interactions train;
  private final Parameters parameters;
  private final Kept weights = new Kept(); // B, I × I

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if the weights would not fit into memory
   */
  public Ease(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.train = input.data().train();
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  /**
   * Eqs. 6–8. Choice: RᵀR is counted again for each λ, which takes little beside the inverse, so
   * that one matrix of its size is enough.
   */
  private void fit(double l2) {
    weights.of(l2, () -> ItemRegression.weights(ItemRegression.inverse(train, l2, parameters)));
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
    return ItemWeights.of(train, weights.fitted("ease"));
  }

  @Override
  public void close() {
    weights.close();
    parameters.close();
  }
}
