package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Two layers over the layer-normalised features of one modality, h = GELU(GELU(LN(x) W₀ + b₀) W₁ +
 * b₁) with dropout after each (khalafaoui2024cadmr, eq. 1): I items, F features, D columns.
 *
 * <p>An item without the modality is masked: its h is the mean of the others', it takes no part in
 * total correlation and in the reconstruction of features.
 *
 * <p>Choice: the layer norm has no gain and no bias, so LN(x) is computed once.
 */
public final class ModalNetwork implements AutoCloseable {
  private static final double EPSILON = 1e-5;

  private final Tensor inputs; // LN(x) as the first layer multiplies it, I × F
  private final Tensor normalized; // LN(x), I × F, what a decoder is measured against
  private final Presence presence;
  private final double dropout;
  private final Precision precision;
  private final Parameter weight0; // F × D
  private final Parameter bias0; // D
  private final Parameter weight1; // D × D
  private final Parameter bias1; // D
  private final @Nullable Parameter decoder; // D × F
  private final @Nullable Parameter decoderBias; // F
  private final Owned owned;

  /**
   * A network at its start; its parameters are called {@code modal/MODALITY/…}.
   *
   * @param matrix I × F
   * @param dropout share of each layer's output that training drops, in [0, 1)
   * @param decoded whether a linear decoder of the features is made
   */
  public ModalNetwork(
      FeatureMatrix matrix, int dim, double dropout, boolean decoded, Parameters parameters) {
    int features = matrix.dimension();
    String name = "modal/" + matrix.modality();
    this.dropout = dropout;
    this.precision = parameters.precision();
    this.weight0 = linear(parameters, name + "/0/weight", features, features, dim);
    this.bias0 = linear(parameters, name + "/0/bias", features, dim);
    this.weight1 = linear(parameters, name + "/1/weight", dim, dim, dim);
    this.bias1 = linear(parameters, name + "/1/bias", dim, dim);
    this.decoder =
        decoded ? linear(parameters, name + "/decoder/weight", dim, dim, features) : null;
    this.decoderBias = decoded ? linear(parameters, name + "/decoder/bias", dim, features) : null;
    try (Owned made = new Owned();
        Scope scope = Scope.open()) {
      this.presence = made.add(Presence.of(matrix, parameters));
      Tensor start = normalized(parameters.typed(FeatureTensors.of(matrix))); // I × F
      this.inputs = released(precision.frozen(start), scope, made);
      boolean rounded = precision == Precision.BF16;
      this.normalized = decoded && rounded ? released(start, scope, made) : inputs;
      this.owned = made.kept();
    }
  }

  private static Tensor released(Tensor tensor, Scope scope, Owned owner) {
    Tensor kept = scope.release(tensor);
    owner.add(() -> Scope.free(kept));
    return kept;
  }

  /** A linear layer's parameter starts uniform in ± 1 / √inputs. */
  private static Parameter linear(Parameters parameters, String name, int inputs, long... shape) {
    return parameters.uniform(name, 1 / Math.sqrt(inputs), shape);
  }

  /** Each row to mean 0 and variance 1, without gain and bias. */
  public static Tensor normalized(Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {x.size(1)},
        new org.bytedeco.pytorch.TensorOptional(),
        new org.bytedeco.pytorch.TensorOptional(),
        EPSILON,
        false);
  }

  /**
   * h of all items, with a tape.
   *
   * @param training whether to drop
   * @return I × D
   */
  public Tensor all(boolean training) {
    Tensor hidden = // I × D
        activated(precision.product(inputs, weight0.value(), bias0.value()), training);
    Tensor h = // I × D
        activated(torch.addmm(bias1.value(), hidden, weight1.value()), training);
    if (presence.isComplete()) {
      return h;
    }
    Tensor own = presence.masked(h);
    Tensor mean = own.sum(0).div(new Scalar(count())); // D
    Tensor lacking = presence.column(h).neg().add(new Scalar(1.0)); // I × 1
    return own.add(lacking.mul(mean)); // I × D
  }

  private Tensor activated(Tensor x, boolean training) {
    Tensor out = torch.gelu(x);
    return training && dropout > 0 ? torch.dropout(out, dropout, true) : out;
  }

  /** The rows of {@code h} whose items have the modality. */
  public Tensor present(Tensor h) {
    return presence.isComplete() ? h : h.index_select(0, presence.rows());
  }

  /**
   * The mean squared difference between LN(x) and its linear reconstruction from h, over the items
   * that have the modality.
   *
   * @param h I × D
   * @return a single number
   * @throws IllegalStateException if it was made without a decoder
   */
  public Tensor reconstruction(Tensor h) {
    if (decoder == null || decoderBias == null) {
      throw new IllegalStateException("modal network: expected one with a decoder");
    }
    if (present(h).size(0) == 0) {
      return present(h).sum();
    }
    Tensor decoded = torch.addmm(decoderBias.value(), present(h), decoder.value()); // n × F
    return torch.mse_loss(decoded, present(normalized));
  }

  /** How many items have the modality; 1 where none has. */
  public double count() {
    return Math.max(1, presence.count());
  }

  /** The mean of h over the items, in the place of every row: the modality as if absent. */
  public static Tensor absent(Tensor h) {
    return NoGradient.of(() -> h.mean(0).unsqueeze(0).expand_as(h));
  }

  @Override
  public void close() {
    owned.close();
  }
}
