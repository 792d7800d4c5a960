package dev.medley.models.blocks;

import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Cross-self-attention fusion: items attend to items within each modality and across modalities
 * (li2025mrcsaf, eqs. 8–18). An item that lacks a modality is no key there and attends nothing.
 *
 * <p>I items, M modalities, F features of one, D columns, J keys. Owns native memory until closed.
 */
public final class CrossSelfAttention implements AutoCloseable {
  /** Rows of queries and keys made from features are scaled to this length. */
  private static final double NORM = 8;

  private static final double SMALLEST = 1e-12;

  /** What queries and keys are made of. */
  public enum Input {
    /** The standardised features, as they are at the start; rows scaled after the projection. */
    FEATURES,
    /** The modal embeddings (eqs. 8–9). */
    EMBEDDINGS
  }

  /** How c_m and ẽ_m become one. */
  public enum Fusion {
    /** Their mean. */
    MEAN,
    /** A linear layer over both, one for all modalities (eq. 18). */
    LINEAR
  }

  private record Maps(Parameter queries, Parameter keys, Parameter values) {}

  private final Input input;
  private final Precision precision;
  private final AttentionKeys sampled;
  private final List<ModalItems> modalities;
  private final List<Maps> maps = new ArrayList<>(); // W_Q and W_K, F × D or D × D; W_V, D × D
  private final List<@Nullable Tensor> standardized = new ArrayList<>(); // I × F, where needed
  private final @Nullable Parameter weight; // W, 2D × D
  private final @Nullable Parameter bias; // b, D

  /**
   * At its start; parameters are called {@code attention/MODALITY/queries}, {@code …/keys}, {@code
   * …/values}, and {@code fusion/…} for {@link Fusion#LINEAR}.
   *
   * @param sampled how many keys are attended where a sample does
   * @param modalities M of them; stay owned by the caller
   * @param dim D
   */
  public CrossSelfAttention(
      Input input,
      Fusion fusion,
      AttentionKeys sampled,
      List<ModalItems> modalities,
      int dim,
      Parameters parameters) {
    this.input = input;
    this.precision = parameters.precision();
    this.sampled = sampled;
    this.modalities = List.copyOf(modalities);
    for (ModalItems each : modalities) {
      String name = "attention/" + each.raw().modality();
      int inputs = input == Input.FEATURES ? each.raw().dimension() : dim;
      double bound = 1 / Math.sqrt(inputs);
      maps.add(
          new Maps(
              parameters.uniform(name + "/queries", bound, inputs, dim),
              parameters.uniform(name + "/keys", bound, inputs, dim),
              parameters.uniform(name + "/values", 1 / Math.sqrt(dim), dim, dim)));
      try {
        standardized.add(
            input == Input.FEATURES && !each.standardized()
                ? standardized(each, parameters)
                : null);
      } catch (RuntimeException failure) {
        close();
        throw failure;
      }
    }
    boolean linear = fusion == Fusion.LINEAR;
    double bound = 1 / Math.sqrt(2.0 * dim);
    this.weight = linear ? parameters.uniform("fusion/weight", bound, 2L * dim, dim) : null;
    this.bias = linear ? parameters.uniform("fusion/bias", bound, dim) : null;
  }

  private static Tensor standardized(ModalItems items, Parameters parameters) {
    try (Scope scope = Scope.open()) {
      return scope.release(
          parameters
              .precision()
              .frozen(parameters.typed(FeatureTensors.of(FeatureScaling.ZSCORE.fit(items.raw())))));
    }
  }

  /**
   * ė_m of each modality.
   *
   * @param embedded e_m of each, I × D
   * @param sample whether a sample of the keys is attended, drawn from libtorch's generator; else
   *     all are
   * @return M of I × D
   */
  public List<Tensor> fused(List<Tensor> embedded, boolean sample) {
    List<Tensor> queries = new ArrayList<>(); // I × D
    List<Tensor> keys = new ArrayList<>(); // J × D
    List<Tensor> values = new ArrayList<>(); // J × D
    for (int m = 0; m < modalities.size(); m++) { // eqs. 8–9
      Tensor rows = modalities.get(m).present();
      rows = sample ? sampled.draw(rows) : rows; // J
      Tensor of = inputs(m, embedded);
      queries.add(projected(of, maps.get(m).queries()));
      keys.add(projected(at(rows, of), maps.get(m).keys()));
      values.add(at(rows, embedded.get(m)).mm(maps.get(m).values().value()));
    }
    List<Tensor> fused = new ArrayList<>();
    for (int m = 0; m < modalities.size(); m++) {
      Tensor e = embedded.get(m);
      Tensor within = e.add(attended(m, m, queries, keys, values)); // ẽ_m, eqs. 16–17
      Tensor across = e.add(across(m, queries, keys, values)); // c_m, eqs. 10–15
      fused.add(modalities.get(m).masked(fuse(across, within)));
    }
    return fused;
  }

  /** Choice: with more than two modalities the mean over the others, with one zeros. */
  private Tensor across(int m, List<Tensor> queries, List<Tensor> keys, List<Tensor> values) {
    Tensor sum = null;
    for (int other = 0; other < modalities.size(); other++) {
      if (other != m) {
        Tensor part = attended(m, other, queries, keys, values); // I × D
        sum = sum == null ? part : sum.add(part);
      }
    }
    return sum == null
        ? torch.zeros_like(queries.get(m))
        : sum.mul(Tensors.scalar(1.0 / (modalities.size() - 1)));
  }

  private Tensor attended(
      int m, int other, List<Tensor> queries, List<Tensor> keys, List<Tensor> values) {
    return modalities
        .get(m)
        .masked(
            BlockedAttention.of(queries.get(m), keys.get(other), values.get(other), 1)); // I × D
  }

  /**
   * Eq. 18. Choice: its first operand ė_m is c_m, its + a comma; W has no index, so there is one.
   */
  private Tensor fuse(Tensor across, Tensor within) {
    if (weight == null || bias == null) {
      return across.add(within).mul(Tensors.scalar(0.5)); // I × D
    }
    Tensor both = torch.cat(new TensorVector(across, within), 1); // I × 2D
    return torch.addmm(bias.value(), both, weight.value()); // I × D
  }

  private Tensor inputs(int m, List<Tensor> embedded) {
    if (input == Input.EMBEDDINGS) {
      return embedded.get(m); // I × D
    }
    Tensor own = standardized.get(m);
    return own == null ? modalities.get(m).features() : own; // I × F
  }

  private Tensor projected(Tensor of, Parameter map) {
    if (input == Input.EMBEDDINGS) {
      return of.mm(map.value());
    }
    Tensor rows = precision.product(of, map.value());
    Tensor lengths =
        rows.norm(Tensors.scalarOptional(2), new long[] {1}, true) // rows × 1
            .clamp_min(Tensors.scalar(SMALLEST));
    return rows.mul(lengths.reciprocal().mul(Tensors.scalar(NORM)));
  }

  private static Tensor at(Tensor rows, Tensor table) {
    return rows.size(0) == table.size(0) ? table : table.index_select(0, rows);
  }

  @Override
  public void close() {
    for (@Nullable Tensor each : standardized) {
      if (each != null) {
        Scope.free(each);
      }
    }
  }
}
