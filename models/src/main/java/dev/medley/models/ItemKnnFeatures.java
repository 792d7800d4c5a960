package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemNeighbors;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ItemKNN on features: a user is given the items that look like its own, as the field's reference
 * has it. Nothing random, so it is the first check of data, masking and metrics.
 *
 * <p>I items; x_i is item i's features of all modalities after one another. s_ij = x_i·x_j /
 * (‖x_i‖‖x_j‖ + shrink), the {@code neighbors} largest of each row, itself among them; score R S. A
 * row of zeros has cosine 0 with everything.
 */
public final class ItemKnnFeatures implements Model {
  /**
   * What it leaves open.
   *
   * @param neighbors kept in each row, at least 1 and fewer than the items
   * @param shrink added to the product of the norms, at least 0
   * @param featureScaling what is done to each modality's features first
   */
  public record Config(int neighbors, double shrink, FeatureScaling featureScaling)
      implements Hyperparameters {

    /** The reference's setting. */
    public static final Config DEFAULT = new Config(10, 10, FeatureScaling.RAW);

    /** Refuses values out of range. */
    public Config {
      Range.atLeast("neighbors", neighbors, 1);
      Range.atLeast("shrink", shrink, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("itemknn-features", data.features());
      Range.fewerNeighbors(neighbors, data.items());
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("neighbors", DEFAULT.neighbors),
          settings.number("shrink", DEFAULT.shrink),
          settings.choice("featureScaling", DEFAULT.featureScaling));
    }
  }

  private final Config config;
  private final TrainingView data;
  private final List<FeatureMatrix> scaled;
  private final List<FeatureMatrix> features; // scaled, without gaps
  private final NeighborGraphs graphs;
  private final Parameters parameters;
  private @Nullable ItemNeighbors fitted;

  /**
   * A model without neighbours yet.
   *
   * @throws InvalidInputException if there is no modality, or not more items than neighbours
   */
  public ItemKnnFeatures(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.scaled = input.data().features().stream().map(config.featureScaling()::fit).toList();
    this.features = scaled.stream().map(input.imputation()::fill).toList();
    this.graphs = input.graphs();
    this.parameters = Parameters.from(input.seed(), input.precision());
  }

  private void fit() {
    FeatureMatrix x = ModalFeatures.joined(features); // I × Σ d_m
    Neighbors s = graphs.mostSimilar(x, config.neighbors(), config.shrink());
    fitted = new ItemNeighbors(data.train(), s.offsets(), s.items(), s.similarities());
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return List.of(Phase.closedForm(this::fit));
  }

  @Override
  public TrainedScorer scorer() {
    if (fitted == null) {
      throw new IllegalStateException("itemknn-features: expected to be fitted before it scores");
    }
    return fitted;
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(scaled);
  }

  @Override
  public void close() {
    parameters.close();
  }
}
