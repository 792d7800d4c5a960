package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The embeddings of all items in one modality, made from their features x by one linear layer. An
 * item that lacks the modality has zeros.
 *
 * <p>I items, F features, D columns. Owns native memory until closed.
 */
public final class ModalItems implements AutoCloseable {

  /** What an embedding is made of. */
  public enum Form {
    /** E_item ⊙ σ(x W + b): the features decide which parts of an id embedding count. */
    ID_GATED,
    /** x W + b. */
    PROJECTED
  }

  private final Form form;
  private final FeatureMatrix raw;
  private final FeatureMatrix scaled;
  private final boolean standardized;
  private final Presence presence;
  private final Tensor features; // x, I × F, a parameter's or owned
  private final @Nullable Parameter learnable;
  private final Precision precision;
  private final Parameter weight; // W, F × D
  private final Parameter bias; // b, D
  private final Owned owned;

  /**
   * Embeddings at their start. Parameters are called {@code item/MODALITY/weight} and {@code
   * …/bias}, and {@code features/MODALITY} where those are learnable.
   *
   * @param raw I × F
   * @param scaling what is done to the features before the layer
   * @param freeze whether the features stay as they are
   * @param dim D
   */
  public ModalItems(
      Form form,
      FeatureMatrix raw,
      FeatureScaling scaling,
      boolean freeze,
      int dim,
      Parameters parameters) {
    this.form = form;
    this.raw = raw;
    this.scaled = scaling.fit(raw);
    this.standardized = freeze && scaling.standardizes();
    double bound = 1 / Math.sqrt(raw.dimension());
    String name = raw.modality();
    this.precision = parameters.precision();
    this.weight = parameters.uniform("item/" + name + "/weight", bound, raw.dimension(), dim);
    this.bias = parameters.uniform("item/" + name + "/bias", bound, dim);
    try (Owned made = new Owned();
        Scope scope = Scope.open()) {
      this.presence = made.add(Presence.of(raw, parameters));
      Tensor start = parameters.typed(FeatureTensors.of(scaled));
      this.learnable = freeze ? null : parameters.take("features/" + name, start);
      this.features =
          learnable == null ? scope.release(precision.frozen(start)) : learnable.value();
      this.owned = made.kept(); // the features are the last that can fail
    }
  }

  /**
   * The embeddings of all items, I × D.
   *
   * @param ids E_item, I × D, for {@link Form#ID_GATED}
   */
  public Tensor embedded(@Nullable Tensor ids) {
    Tensor projected = precision.product(features, weight.value(), bias.value()); // I × D
    if (form == Form.PROJECTED) {
      return masked(projected);
    }
    if (ids == null) {
      throw new IllegalArgumentException("gated embeddings: expected id embeddings, got none");
    }
    return masked(ids.mul(projected.sigmoid())); // I × D
  }

  /** A table with zeros in the rows of items that lack the modality: I × D. */
  public Tensor masked(Tensor table) {
    return presence.masked(table);
  }

  /** The items that have the modality, int64, ascending; stays owned here. */
  public Tensor present() {
    return presence.rows();
  }

  /** The presence of all modalities side by side: I × M, 1 or 0, owned by the innermost scope. */
  public static Tensor presence(List<ModalItems> modalities) {
    List<Tensor> columns = new ArrayList<>();
    for (ModalItems each : modalities) {
      columns.add(each.presence.column(each.weight.value()));
    }
    return torch.cat(new TensorVector(columns.toArray(new Tensor[0])), 1); // I × M
  }

  /** The features as they are now, I × F; owned here. */
  public Tensor features() {
    return features;
  }

  /** The features as the dataset has them. */
  public FeatureMatrix raw() {
    return raw;
  }

  /** The features as they enter the layer at the start. */
  public FeatureMatrix scaled() {
    return scaled;
  }

  /** Whether training moves the features. */
  public boolean learnable() {
    return learnable != null;
  }

  /** Whether {@link #features} are standardised and stay so, whatever the lengths of rows. */
  boolean standardized() {
    return standardized;
  }

  @Override
  public void close() {
    owned.close();
    if (learnable == null) {
      Scope.free(features);
    }
  }
}
