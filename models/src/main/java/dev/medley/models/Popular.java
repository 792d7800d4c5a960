package dev.medley.models;

import dev.medley.core.TrainingView;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.TrainedScorer;
import java.util.Arrays;
import java.util.List;

/**
 * MostPopular: every user is given the items with the most training interactions
 * (cremonesi2010performance, section 4.1). What a personalised model has to beat.
 *
 * <p>U users, I items. The score is an inner product in one dimension: 1 times the item's count.
 */
public final class Popular implements Model {

  /** It leaves nothing open. */
  public record Config() implements Hyperparameters {

    /** The only one. */
    public static final Config DEFAULT = new Config();

    /** Reads no key. */
    public static Config read(Settings settings) {
      return DEFAULT;
    }
  }

  private final TrainingView data;
  private final Parameters parameters;

  /** A model that only counts. */
  public Popular(Config config, ModelInput input) {
    this.data = input.data();
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return List.of(Phase.closedForm(() -> {}));
  }

  @Override
  public TrainedScorer scorer() {
    int[] counts = data.train().itemCounts();
    float[] items = new float[counts.length]; // I × 1
    for (int item = 0; item < items.length; item++) {
      items[item] = counts[item];
    }
    float[] users = new float[data.users()]; // U × 1
    Arrays.fill(users, 1);
    return DotProduct.of(users, items, 1);
  }

  @Override
  public void close() {
    parameters.close();
  }
}
