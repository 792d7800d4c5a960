package dev.medley.models;

import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.CoOccurrence;
import dev.medley.models.blocks.ItemNeighbors;
import dev.medley.models.blocks.RestrictedRegression;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * EASEᴿ in which each item is predicted from few others, so that no I × I array exists.
 *
 * <p>U users, I items, K neighbours; R is U × I. N_j are the K items that go best with item j:
 * those that most users have besides j, and where fewer than K share a user with j, those that go
 * with these. Column j of B solves EASEᴿ's problem (steck2019ease, eq. 3) among N_j, exactly:
 * (R_NᵀR_N + λI) b = R_Nᵀ r_j; all else is zero. Where N_j holds every item that any chain of users
 * connects with j, that is EASEᴿ's column. Memory I K, and K³ multiplications an item.
 *
 * <p>Choice: which entries of B are not zero is settled beforehand, as steck2019markov does from
 * correlations; there entries are solved for in groups of items, here for each item by itself.
 */
public final class SparseEase implements Model {

  /** What is tried for K where it is left open; validation decides. */
  public static final List<Integer> NEIGHBORS = List.of(100, 500);

  /**
   * What it leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among EASEᴿ's eight
   * @param neighbors K, at least 1 and fewer than the items; null: validation decides among 100 and
   *     500
   */
  public record Config(@Nullable Double l2, @Nullable Integer neighbors)
      implements Hyperparameters {

    /** Validation decides both. */
    public static final Config DEFAULT = new Config(null, null);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.openAtLeast("neighbors", neighbors, 1);
    }

    @Override
    public void check(TrainingView data) {
      for (int width : tried(data.items())) {
        if (neighbors != null || width < data.items()) { // an only item has no other
          Range.fewerNeighbors(width, data.items());
        }
        RestrictedRegression.refuseBeyond("sparse-ease", data.items(), width, room());
      }
    }

    /** What K is tried: the one given, else those of the two that there are items for. */
    private List<Integer> tried(int items) {
      if (neighbors != null) {
        return List.of(neighbors);
      }
      List<Integer> fewer = NEIGHBORS.stream().filter(k -> k < items).toList();
      return fewer.isEmpty() ? List.of(Math.max(1, items - 1)) : fewer;
    }

    /** Bytes: nearly all of it is on the heap, which may be less than what the system has free. */
    private static OptionalLong room() {
      long heap = Runtime.getRuntime().maxMemory();
      return OptionalLong.of(Math.min(heap, AvailableMemory.bytes().orElse(heap)));
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(settings.openNumber("l2"), settings.openInteger("neighbors"));
    }
  }

  private final Config config;
  private final Interactions train;
  private final Parameters parameters;
  private @Nullable RestrictedRegression columns; // N_j of every j
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
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  private void fit(int neighbors, double l2) {
    fitted = null; // so that there are not two at a time
    RestrictedRegression known = columns;
    if (known == null || known.width() != neighbors) {
      columns = null;
      known = RestrictedRegression.of(train, CoOccurrence.mostShared(train, neighbors), neighbors);
      columns = known;
    }
    fitted = known.solve(l2, parameters);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<Phase.Candidate> candidates = new ArrayList<>();
    for (int k : config.tried(train.items())) {
      for (double l2 : FeatureStages.open(config.l2(), Ease.L2)) {
        candidates.add(new Phase.Candidate(Map.of("neighbors", k, "l2", l2), () -> fit(k, l2)));
      }
    }
    return List.of(new Phase.ClosedForm("fit", candidates));
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
    parameters.close();
  }
}
