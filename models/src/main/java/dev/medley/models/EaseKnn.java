package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Parameters;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemRegression;
import dev.medley.models.blocks.ItemWeights;
import dev.medley.models.blocks.Kept;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * EASEᴿ with the items' nearest neighbours by features: what users have in common and what items
 * look like, added up.
 *
 * <p>I items; score R (B + w S), with B of EASEᴿ (steck2019ease) and s_ij the cosine of the joined
 * features of items i and j where j is among the {@code neighbors} nearest of i, itself left out.
 */
public final class EaseKnn implements Model {

  private static final List<Double> WEIGHTS = List.of(0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0);

  /**
   * What it leaves open.
   *
   * @param l2 λ of B, above 0; null: validation decides among EASEᴿ's eight, at w = 0
   * @param featureWeight w, at least 0; null: validation decides among 0 and 0.001 … 1
   * @param neighbors nearest items of each row, itself among them, at least 1 and fewer than the
   *     items
   * @param featureScaling what is done to each modality's features first
   */
  public record Config(
      @Nullable Double l2,
      @Nullable Double featureWeight,
      int neighbors,
      FeatureScaling featureScaling)
      implements Hyperparameters {

    /** Validation decides both weights. */
    public static final Config DEFAULT = new Config(null, null, 10, FeatureScaling.ZSCORE_L2);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.openAtLeast("featureWeight", featureWeight, 0);
      Range.atLeast("neighbors", neighbors, 1);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("ease-knn", data.features());
      Range.fewerNeighbors(neighbors, data.items());
      ItemRegression.refuseBeyond("ease-knn", data.items(), 2, AvailableMemory.bytes());
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.openNumber("l2"),
          settings.openNumber("featureWeight"),
          settings.integer("neighbors", DEFAULT.neighbors),
          settings.choice("featureScaling", DEFAULT.featureScaling));
    }
  }

  private final Config config;
  private final TrainingView data;
  private final List<FeatureMatrix> features; // scaled
  private final NeighborGraphs graphs;
  private final Parameters parameters;
  private final Kept interactions = new Kept(); // B, I × I
  private final Kept sum = new Kept(); // B + w S, I × I
  private double l2; // λ of B
  private @Nullable Neighbors neighbors; // S

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if there is no modality, not more items than
   *     neighbours, or no memory for the weights
   */
  public EaseKnn(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.features = data.features().stream().map(config.featureScaling()::fit).toList();
    this.graphs = input.graphs();
    this.parameters = Parameters.from(input.seed(), input.precision());
    this.l2 = config.l2() == null ? 0 : config.l2();
  }

  /** B (steck2019ease, eqs. 6–8). */
  private Tensor interactions(double value) {
    l2 = value;
    sum.close();
    return interactions.of(
        value,
        () -> ItemRegression.weights(ItemRegression.inverse(data.train(), value, parameters)));
  }

  /** B + w S. */
  private void fit(double weight) {
    Tensor b = interactions(l2);
    sum.of(
        weight,
        () -> {
          Tensor both = b.clone(); // I × I
          add(neighbors(), weight, both);
          return both;
        });
  }

  private Neighbors neighbors() {
    Neighbors known = neighbors;
    if (known == null) {
      known = graphs.nearest(ModalFeatures.joined(features), config.neighbors());
      neighbors = known;
    }
    return known;
  }

  /** Adds w S to a matrix, without S's diagonal. */
  private static void add(Neighbors s, double weight, Tensor to) {
    int items = s.rows();
    long[] places = new long[s.items().length];
    float[] values = new float[places.length];
    for (int item = 0; item < items; item++) {
      for (int k = s.offsets()[item]; k < s.offsets()[item + 1]; k++) {
        places[k] = (long) item * items + s.items()[k];
        values[k] = s.items()[k] == item ? 0 : (float) (weight * s.similarities()[k]);
      }
    }
    to.view(-1).index_add_(0, Tensors.longs(places), Tensors.of(values, values.length).type_as(to));
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return FeatureStages.of(
        config.l2(),
        this::interactions,
        FeatureStages.open(config.featureWeight(), WEIGHTS).stream()
            .map(w -> new Phase.Candidate(Map.of("featureWeight", w), () -> fit(w)))
            .toList());
  }

  @Override
  public TrainedScorer scorer() {
    return ItemWeights.of(data.train(), (sum.isEmpty() ? interactions : sum).fitted("ease-knn"));
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(features);
  }

  @Override
  public void close() {
    sum.close();
    interactions.close();
    parameters.close();
  }
}
