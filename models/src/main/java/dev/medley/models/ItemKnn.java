package dev.medley.models;

import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.CoOccurrence;
import dev.medley.models.blocks.ItemNeighbors;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ItemKNN: a user is given the neighbours of its items, by who interacted with both
 * (sarwar2001item; the shrunk cosine as in dacrema2019progress, section 3.1).
 *
 * <p>U users, I items; r_i is item i's column of R. s_ij = r_i·r_j / (‖r_i‖‖r_j‖ + shrink), the
 * {@code neighbors} largest of each row without itself; score R S.
 */
public final class ItemKnn implements Model {

  /** What is tried for a key that is left open; validation decides. */
  private static final List<Integer> NEIGHBORS = List.of(20, 50, 100, 200, 500);

  // Choice: 1000 is tried beside the usual three; on tiktok validation takes it.
  private static final List<Double> SHRINKS = List.of(0.0, 10.0, 100.0, 1000.0);

  /**
   * What ItemKNN leaves open.
   *
   * @param neighbors kept in each row, at least 1 and fewer than the items; null: validation
   *     decides among 20 … 500
   * @param shrink added to the product of the norms, at least 0; null: validation decides among 0,
   *     10, 100, 1000
   */
  public record Config(@Nullable Integer neighbors, @Nullable Double shrink)
      implements Hyperparameters {

    /** Validation decides both. */
    public static final Config DEFAULT = new Config(null, null);

    /** Refuses values out of range. */
    public Config {
      Range.openAtLeast("neighbors", neighbors, 1);
      Range.openAtLeast("shrink", shrink, 0);
    }

    @Override
    public void check(TrainingView data) {
      if (neighbors != null) {
        Range.fewerNeighbors(neighbors, data.items());
      }
    }

    /** Reads the keys of this record; what is not given is left to validation. */
    public static Config read(Settings settings) {
      return new Config(settings.openInteger("neighbors"), settings.openNumber("shrink"));
    }
  }

  private final Config config;
  private final TrainingView data;
  private final Parameters parameters;
  private @Nullable ItemNeighbors fitted;

  /**
   * A model without neighbours yet.
   *
   * @throws InvalidInputException if there are not more items than neighbours
   */
  public ItemKnn(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  private void fit(int neighbors, double shrink) {
    fitted = CoOccurrence.nearest(data.train(), neighbors, shrink);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<Phase.Candidate> candidates = new ArrayList<>();
    for (int neighbors : neighbors()) {
      for (double shrink : config.shrink() == null ? SHRINKS : List.of(config.shrink())) {
        candidates.add(
            new Phase.Candidate(
                Map.of("neighbors", neighbors, "shrink", shrink), () -> fit(neighbors, shrink)));
      }
    }
    return List.of(new Phase.ClosedForm("fit", candidates));
  }

  private List<Integer> neighbors() {
    if (config.neighbors() != null) {
      return List.of(config.neighbors());
    }
    List<Integer> smaller =
        NEIGHBORS.stream().filter(neighbors -> neighbors < data.items()).toList();
    return smaller.isEmpty() ? List.of(Math.max(1, data.items() - 1)) : smaller;
  }

  @Override
  public TrainedScorer scorer() {
    if (fitted == null) {
      throw new IllegalStateException("itemknn: expected to be fitted before it scores");
    }
    return fitted;
  }

  @Override
  public void close() {
    parameters.close();
  }
}
