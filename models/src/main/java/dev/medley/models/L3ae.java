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
 * L3AE: a linear autoencoder of the interactions that is drawn towards one of the items' features
 * (moon2025llm).
 *
 * <p>U users, I items, R is U × I, F the features with a column for each item. First C = argmin ‖F
 * − F C‖² + λ_F‖C‖², then B = argmin ‖R − R B‖² + λ_R‖B‖² + w‖B − C‖², each with a zero diagonal;
 * score R B.
 *
 * <p>Choice: of ‖B‖² there is λ = λ_R + w in all, and {@code l2} is this λ, so that it means what
 * it means in EASEᴿ and one inverse serves every w. λ_R = λ − w may be below zero, as in the
 * settings that the paper publishes.
 *
 * <p>Deviation: the paper's features are a language model's vectors of texts; here they are those
 * of any number of modalities, one below the other.
 */
public final class L3ae implements Model {

  private static final List<Double> WEIGHTS =
      List.of(0.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0);

  /**
   * What it leaves open.
   *
   * @param l2 λ, above 0; null: validation decides among EASEᴿ's eight, at w = 0
   * @param featureL2 λ_F, above 0; null: validation decides among 0.1 … 1000
   * @param featureWeight w, at least 0; null: validation decides among 0 and 10 … 3000
   * @param featureScaling what is done to each modality's features first
   */
  public record Config(
      @Nullable Double l2,
      @Nullable Double featureL2,
      @Nullable Double featureWeight,
      FeatureScaling featureScaling)
      implements Hyperparameters {

    /** Validation decides all three. */
    public static final Config DEFAULT = new Config(null, null, null, FeatureScaling.ZSCORE_L2);

    /** Refuses values out of range. */
    public Config {
      Range.openAbove("l2", l2, 0);
      Range.openAbove("featureL2", featureL2, 0);
      Range.openAtLeast("featureWeight", featureWeight, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("l3ae", data.features());
      ItemRegression.refuseBeyond("l3ae", data.items(), 3, AvailableMemory.bytes());
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
  private final Kept inverse = new Kept(); // P = (RᵀR + λI)⁻¹, I × I
  private final Kept drawn = new Kept(); // D of the features, I × I
  private final Kept weights = new Kept(); // B, I × I
  private double l2; // λ

  /**
   * A model without weights yet.
   *
   * @throws dev.medley.core.InvalidInputException if there is no modality, or no memory for the
   *     weights
   */
  public L3ae(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.data = input.data();
    this.features = data.features().stream().map(config.featureScaling()::fit).toList();
    this.parameters = Parameters.from(input.seed(), input.precision());
    this.l2 = config.l2() == null ? 0 : config.l2();
  }

  private Tensor inverse(double value) {
    l2 = value;
    weights.close();
    return inverse.of(value, () -> ItemRegression.inverse(data.train(), value, parameters));
  }

  /** B at w = 0, which is EASEᴿ's. */
  private void interactions(double value) {
    Tensor p = inverse(value);
    weights.of("interactions", () -> ItemRegression.weights(p.clone()));
  }

  /**
   * D = P C − P diag(diag(P C) / diag(P)): what w adds to B, since the multipliers that keep its
   * diagonal zero are linear in w.
   */
  private Tensor drawn(Tensor p, double featureL2) {
    weights.close();
    return drawn.of(
        List.of(l2, featureL2),
        () -> {
          Tensor c = // I × I
              ItemRegression.weights(
                  ItemRegression.invert(
                      FeatureGram.of(features, parameters), featureL2, "featureL2", "FᵀF + λ_F I"));
          Tensor pc = p.mm(c); // I × I
          Tensor multipliers = pc.diagonal().div(p.diagonal()).unsqueeze(0); // 1 × I
          return pc.addcmul_(p, multipliers, Tensors.scalar(-1)).fill_diagonal_(Tensors.scalar(0));
        });
  }

  /** The second stage: B = −P / diag(P) + w D, off the diagonal. */
  private void fit(double featureL2, double weight) {
    Tensor p = inverse(l2);
    Tensor d = drawn(p, featureL2);
    weights.of("features", () -> ItemRegression.weights(p.clone()).add_(d, Tensors.scalar(weight)));
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
    return ItemWeights.of(data.train(), weights.fitted("l3ae"));
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(features);
  }

  @Override
  public void close() {
    weights.close();
    drawn.close();
    inverse.close();
    parameters.close();
  }
}
