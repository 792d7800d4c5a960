package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What the features of one modality let through (zhang2024dream, figure 4): z = x W + b, and of
 * something else the part σ(z W_g + b_g). Owns the features until closed where they are frozen.
 *
 * <p>I items, F features, D dimensions.
 */
public final class FilterGate implements AutoCloseable {

  /** What passes the gate. */
  public enum Kind {
    /** The items' free embeddings: E ⊙ σ(z W_g + b_g). */
    ID,
    /** The projected features: z ⊙ σ(z W_g + b_g). */
    SELF,
    /** There is no gate: z. */
    NONE
  }

  private final Kind kind;
  private final Tensor features; // x, I × F, a parameter's or owned
  private final boolean frozen;
  private final Precision precision;
  private final Parameter weight; // W, F × D
  private final Parameter bias; // b, D
  private final @Nullable Parameter gateWeight; // W_g, D × D
  private final @Nullable Parameter gateBias; // b_g, D

  private FilterGate(
      Kind kind,
      Tensor features,
      boolean frozen,
      Precision precision,
      Parameter weight,
      Parameter bias,
      @Nullable Parameter gateWeight,
      @Nullable Parameter gateBias) {
    this.kind = kind;
    this.features = features;
    this.frozen = frozen;
    this.precision = precision;
    this.weight = weight;
    this.bias = bias;
    this.gateWeight = gateWeight;
    this.gateBias = gateBias;
  }

  /**
   * A gate at its start. Its parameters are called {@code projection/MODALITY/weight} and {@code
   * …/bias}, {@code gate/MODALITY/weight} and {@code …/bias} where there is a gate, and {@code
   * features/MODALITY} where the features are learnable. Layers start uniform in ± 1 / √inputs.
   *
   * @param matrix I × F; a missing row counts as zeros
   * @param dim D
   * @param freeze whether the features stay as they are
   * @param parameters receives the parameters
   */
  public static FilterGate of(
      FeatureMatrix matrix, int dim, Kind kind, boolean freeze, Parameters parameters) {
    String modality = matrix.modality();
    Parameter weight = layer(parameters, "projection/" + modality + "/weight", matrix, dim);
    double bound = 1 / Math.sqrt(matrix.dimension());
    Parameter bias = parameters.uniform("projection/" + modality + "/bias", bound, dim);
    @Nullable Parameter gateWeight = null;
    @Nullable Parameter gateBias = null;
    if (kind != Kind.NONE) {
      double gateBound = 1 / Math.sqrt(dim);
      gateWeight = parameters.uniform("gate/" + modality + "/weight", gateBound, dim, dim);
      gateBias = parameters.uniform("gate/" + modality + "/bias", gateBound, dim);
    }
    try (Scope scope = Scope.open()) {
      Tensor start = parameters.typed(FeatureTensors.of(matrix)); // I × F
      Tensor features =
          freeze
              ? scope.release(parameters.precision().frozen(start))
              : parameters.take("features/" + modality, start).value();
      return new FilterGate(
          kind, features, freeze, parameters.precision(), weight, bias, gateWeight, gateBias);
    }
  }

  private static Parameter layer(
      Parameters parameters, String name, FeatureMatrix matrix, int dim) {
    int inputs = matrix.dimension();
    return parameters.uniform(name, 1 / Math.sqrt(inputs), inputs, dim);
  }

  /**
   * What passes, for all items.
   *
   * @param items E, I × D
   * @return I × D
   */
  public Tensor of(Tensor items) {
    Tensor z = precision.product(features, weight.value(), bias.value()); // I × D
    if (gateWeight == null || gateBias == null) {
      return z;
    }
    Tensor open = torch.sigmoid(torch.addmm(gateBias.value(), z, gateWeight.value())); // I × D
    return open.mul(kind == Kind.ID ? items : z);
  }

  /** x as it is now, I × F; borrowed. */
  public Tensor features() {
    return features.detach();
  }

  @Override
  public void close() {
    if (frozen) {
      Scope.free(features);
    }
  }
}
