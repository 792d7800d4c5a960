package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.Parameters;
import dev.medley.models.blocks.FeatureGram;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemGram;
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
 * CEASE: EASEᴿ of the interactions with the items' features as further rows below them
 * (jeunen2020closed, section 3.2).
 *
 * <p>U users, I items, R is U × I, F the features with a column for each item. B = argmin ‖R − R
 * B‖² + w‖F − F B‖² + λ‖B‖² with diag(B) = 0; score R B. One dense I × I matrix, as for EASEᴿ.
 */
public final class Cease implements Model {

  private static final List<Double> WEIGHTS =
      List.of(0.0, 1.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0);

  /**
   * What it leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among EASEᴿ's eight, at w = 0
   * @param featureWeight w, at least 0; null: validation decides among 0 and 1 … 3000
   * @param featureScaling what is done to each modality's features first
   */
  public record Config(
      @Nullable Double l2, @Nullable Double featureWeight, FeatureScaling featureScaling)
      implements Hyperparameters {

    /** Validation decides both weights, one after the other as in section 4. */
    public static final Config DEFAULT = new Config(null, null, FeatureScaling.ZSCORE_L2);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.openAtLeast("featureWeight", featureWeight, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("cease", data.features());
      ItemRegression.refuseBeyond("cease", data.items(), 1, AvailableMemory.bytes());
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.openNumber("l2"),
          settings.openNumber("featureWeight"),
          settings.choice("featureScaling", DEFAULT.featureScaling));
    }
  }

  private final Config config;
  private final TrainingView data;
  private final List<FeatureMatrix> features; // scaled
  private final Parameters parameters;
  private final Kept weights = new Kept(); // B, I × I
  private double l2; // λ

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if there is no modality, or no memory for the
   *     weights
   */
  public Cease(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.features = data.features().stream().map(config.featureScaling()::fit).toList();
    this.parameters = Parameters.from(input.seed(), input.precision());
    this.l2 = config.l2() == null ? 0 : config.l2();
  }

  /** Eqs. 6–8 of steck2019ease with the rows of R and √w F, whose inner products add up. */
  private void fit(double penalty, double weight) {
    l2 = penalty;
    weights.of(
        Map.of("l2", penalty, "featureWeight", weight),
        () -> {
          Tensor gram = ItemGram.of(data.train(), parameters); // RᵀR, I × I
          if (weight > 0) {
            FeatureGram.addTo(gram, weight, features, parameters);
          }
          return ItemRegression.weights(
              ItemRegression.invert(gram, penalty, "l2", "RᵀR + w FᵀF + λI"));
        });
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return FeatureStages.of(
        config.l2(),
        penalty -> fit(penalty, 0),
        FeatureStages.open(config.featureWeight(), WEIGHTS).stream()
            .map(w -> new Phase.Candidate(Map.of("featureWeight", w), () -> fit(l2, w)))
            .toList());
  }

  @Override
  public TrainedScorer scorer() {
    return ItemWeights.of(data.train(), weights.fitted("cease"));
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(features);
  }

  @Override
  public void close() {
    weights.close();
    parameters.close();
  }
}
