package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.TrainingView;
import dev.medley.engine.AvailableMemory;
import dev.medley.engine.Parameters;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.FeatureGram;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemRegression;
import dev.medley.models.blocks.ItemWeights;
import dev.medley.models.blocks.Kept;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Add-EASE: EASEᴿ on the interactions plus EASEᴿ on the items' features (jeunen2020closed, section
 * 3.1).
 *
 * <p>U users, I items, F the features with a column for each item. B = argmin ‖R − R B‖² + λ‖B‖², C
 * = argmin ‖F − F C‖² + λ_F‖C‖², both with a zero diagonal; score R (B + w C).
 */
public final class AddEase implements Model {

  private static final List<Double> WEIGHTS = List.of(0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0);

  /**
   * What it leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among EASEᴿ's eight, at w = 0
   * @param featureL2 λ_F, above 0; null: validation decides among 0.1 … 1000
   * @param featureWeight w, at least 0; null: validation decides among 0 and 0.1 … 100
   * @param featureScaling what is done to each modality's features first
   */
  public record Config(
      @Nullable Double l2,
      @Nullable Double featureL2,
      @Nullable Double featureWeight,
      FeatureScaling featureScaling)
      implements Hyperparameters {

    /** Validation decides all three. Choice: λ_F is its own, where the paper takes λ for both. */
    public static final Config DEFAULT = new Config(null, null, null, FeatureScaling.ZSCORE_L2);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.openAbove("featureL2", featureL2, 0);
      Range.openAtLeast("featureWeight", featureWeight, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("add-ease", data.features());
      ItemRegression.refuseBeyond("add-ease", data.items(), 3, AvailableMemory.bytes());
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.openNumber("l2"),
          settings.openNumber("featureL2"),
          settings.openNumber("featureWeight"),
          settings.choice("featureScaling", DEFAULT.featureScaling));
    }
  }

  private final Config config;
  private final TrainingView data;
  private final List<FeatureMatrix> features; // scaled
  private final Parameters parameters;
  private final Kept interactions = new Kept(); // B, I × I
  private final Kept ofFeatures = new Kept(); // C, I × I
  private final Kept sum = new Kept(); // B + w C, I × I
  private double l2; // λ of B

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if there is no modality, or no memory for the
   *     weights
   */
  public AddEase(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.features = data.features().stream().map(config.featureScaling()::fit).toList();
    this.parameters = Parameters.from(input.seed(), input.precision());
    this.l2 = config.l2() == null ? 0 : config.l2();
  }

  /** B, from the interactions alone. */
  private Tensor interactions(double value) {
    l2 = value;
    sum.close();
    return interactions.of(
        value,
        () -> ItemRegression.weights(ItemRegression.inverse(data.train(), value, parameters)));
  }

  /** C, from the features alone: eqs. 6–8 of steck2019ease with F in place of R. */
  private Tensor ofFeatures(double value) {
    sum.close();
    return ofFeatures.of(
        value,
        () ->
            ItemRegression.weights(
                ItemRegression.invert(
                    FeatureGram.of(features, parameters), value, "featureL2", "FᵀF + λ_F I")));
  }

  /** B + w C. Choice: the paper's (1 − α) B + α C ranks as this does at w = α / (1 − α). */
  private void fit(double featureL2, double weight) {
    Tensor b = interactions(l2);
    Tensor c = ofFeatures(featureL2);
    sum.of(weight, () -> b.add(c, Tensors.scalar(weight)));
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
        config.featureL2(),
        FeatureStages.open(config.featureWeight(), WEIGHTS),
        this::fit);
  }

  @Override
  public TrainedScorer scorer() {
    return ItemWeights.of(data.train(), (sum.isEmpty() ? interactions : sum).fitted("add-ease"));
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(features);
  }

  @Override
  public void close() {
    sum.close();
    ofFeatures.close();
    interactions.close();
    parameters.close();
  }
}
