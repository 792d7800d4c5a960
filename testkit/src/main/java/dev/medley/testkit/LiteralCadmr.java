package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.Cadmr;
import dev.medley.models.blocks.ItemAutoencoder.Activation;
import dev.medley.models.blocks.KernelWeights.Kernel;
import dev.medley.models.blocks.RatingRows.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * CADMR's reconstruction error as its equations stand, on dense matrices and libtorch's tape: X,
 * X̃, X′ and the reconstruction of I × U each, attention of I × I, kernels of U × H. Without
 * dropout.
 */
public final class LiteralCadmr implements AutoCloseable {
  private final Cadmr.Config config;
  private final Tensor targets; // X, I × U
  private final Tensor input; // X̃, I × U
  private final List<Tensor> features = new ArrayList<>(); // LN(x), I × F
  private final List<Tensor> masks = new ArrayList<>(); // I × 1
  private final List<String> modalities = new ArrayList<>();
  private final int observed;

  /** The matrices of this data. */
  public LiteralCadmr(Cadmr.Config config, TrainingView data, Precision precision) {
    this.config = config;
    Interactions byItem = data.train().transposed();
    int users = data.users();
    this.observed = data.train().size();
    float[] ones = new float[Math.multiplyExact(data.items(), users)];
    float[] scaled = new float[ones.length];
    for (int item = 0; item < data.items(); item++) {
      for (int user : byItem.itemsOf(item)) {
        ones[item * users + user] = 1;
        scaled[item * users + user] =
            config.autoencoder().inputScaling() == Scaling.NONE
                ? 1
                : (float) (1 / Math.sqrt(byItem.count(item)));
      }
    }
    try (Scope scope = Scope.open()) {
      this.targets = scope.release(typed(Tensors.of(ones, data.items(), users), precision));
      this.input = scope.release(typed(Tensors.of(scaled, data.items(), users), precision));
      for (FeatureMatrix raw : data.features()) {
        FeatureMatrix matrix = config.modal().featureScaling().fit(raw);
        float[] has = new float[matrix.rows()];
        for (int item = 0; item < has.length; item++) {
          has[item] = matrix.isPresent(item) ? 1 : 0;
        }
        modalities.add(matrix.modality());
        features.add(scope.release(normalized(typed(FeatureTensors.of(matrix), precision))));
        masks.add(scope.release(typed(Tensors.of(has, has.length, 1), precision)));
      }
    }
  }

  private static Tensor typed(Tensor tensor, Precision precision) {
    return precision == Precision.DOUBLE ? tensor.to(torch.ScalarType.Double) : tensor;
  }

  private static Tensor normalized(Tensor x) {
    return torch.layer_norm(
        x, new long[] {x.size(1)}, new TensorOptional(), new TensorOptional(), 1e-5, false);
  }

  /**
   * The error by observed entry, with a tape.
   *
   * @param parameters the model's by name
   * @param attending whether X′ stands between X̃ and the autoencoder
   */
  public Tensor error(Map<String, Tensor> parameters, boolean attending) {
    Tensor output = reconstruction(parameters, attending); // I × U
    Tensor weights = // 1 where observed, w₀ elsewhere
        targets.mul(new Scalar(1 - config.autoencoder().w0())).add(scalar());
    return output.sub(targets).square().mul(weights).sum().div(new Scalar((double) observed));
  }

  private Scalar scalar() {
    return new Scalar(config.autoencoder().w0());
  }

  /** Σ ‖W‖² of the autoencoder, with a tape. */
  public Tensor penalty(Map<String, Tensor> parameters) {
    Tensor sum =
        named(parameters, "encoder/weight")
            .square()
            .sum()
            .add(named(parameters, "decoder/weight").square().sum());
    for (int layer = 1; layer < config.autoencoder().form().hiddenLayers(); layer++) {
      sum = sum.add(named(parameters, "hidden/" + layer + "/weight").square().sum());
    }
    return sum;
  }

  /** The reconstruction, I × U. */
  public Tensor reconstruction(Map<String, Tensor> parameters, boolean attending) {
    return reconstruction(parameters, attending, modality -> true);
  }

  /**
   * The same where each item's h of a modality that is not {@code present} is the mean of h over
   * the items.
   *
   * @param present of a modality's number
   */
  public Tensor reconstruction(
      Map<String, Tensor> parameters, boolean attending, IntPredicate present) {
    boolean refined = attending && config.modal().attention() != Cadmr.Attention.NONE;
    Tensor hidden = refined ? refined(parameters, present) : input; // X′, I × U
    hidden = layer(parameters, "encoder", hidden);
    for (int layer = 1; layer < config.autoencoder().form().hiddenLayers(); layer++) {
      hidden = layer(parameters, "hidden/" + layer, hidden);
    }
    return torch
        .mm(hidden, weight(parameters, "decoder").t())
        .add(named(parameters, "decoder/bias"));
  }

  private Tensor layer(Map<String, Tensor> parameters, String name, Tensor x) {
    Tensor sum = torch.mm(x, weight(parameters, name)).add(named(parameters, name + "/bias"));
    return config.autoencoder().form().activation() == Activation.TANH ? sum.tanh() : sum.sigmoid();
  }

  private Tensor weight(Map<String, Tensor> parameters, String name) {
    Tensor weight = named(parameters, name + "/weight");
    if (config.autoencoder().form().kernel() == Kernel.NONE) {
      return weight;
    }
    Tensor kernel = torch.ones_like(weight); // 1 − Σ_k (u_ik − v_jk)²
    for (long k = 0; k < 5; k++) {
      Tensor u = named(parameters, name + "/kernel/rows").select(1, k).unsqueeze(1);
      Tensor v = named(parameters, name + "/kernel/columns").select(1, k).unsqueeze(0);
      Tensor squares = u.sub(v).square();
      kernel = kernel.sub(squares);
    }
    return weight.mul(kernel.clamp(new ScalarOptional(new Scalar(0.0))));
  }

  private static Tensor named(Map<String, Tensor> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** X′. */
  private Tensor refined(Map<String, Tensor> parameters, IntPredicate present) {
    TensorVector joined = new TensorVector();
    for (int m = 0; m < features.size(); m++) {
      String name = "modal/" + modalities.get(m);
      Tensor h = features.get(m);
      for (int layer = 0; layer < 2; layer++) {
        h =
            torch.gelu(
                torch
                    .mm(h, named(parameters, name + "/" + layer + "/weight"))
                    .add(named(parameters, name + "/" + layer + "/bias")));
      }
      Tensor mask = masks.get(m);
      Tensor mean = h.mul(mask).sum(0).div(mask.sum());
      joined.push_back(
          present.test(m)
              ? h.mul(mask).add(mask.neg().add(new Scalar(1.0)).mul(mean))
              : mean.unsqueeze(0).expand_as(h));
    }
    Tensor fused =
        torch.gelu(
            torch
                .mm(normalized(torch.cat(joined, 1)), named(parameters, "fusion/weight"))
                .add(named(parameters, "fusion/bias")));
    Tensor query = torch.mm(input, named(parameters, "query/weight"));
    Tensor key = torch.mm(fused, named(parameters, "key/weight"));
    Tensor value = torch.mm(fused, named(parameters, "value/weight"));
    long size = config.modal().dim() / config.modal().heads();
    TensorVector heads = new TensorVector();
    for (long head = 0; head < config.modal().heads(); head++) {
      Tensor scores = // I × I
          torch
              .mm(query.narrow(1, head * size, size), key.narrow(1, head * size, size).t())
              .div(new Scalar(Math.sqrt((double) size)));
      heads.push_back(torch.mm(torch.softmax(scores, 1), value.narrow(1, head * size, size)));
    }
    Tensor attended = torch.cat(heads, 1); // A, I × D
    boolean literal = config.modal().attention() == Cadmr.Attention.LITERAL;
    Tensor rows = // I × U
        torch
            .mm(
                literal ? attended : attended.add(value),
                named(parameters, "feedforward/weight").t())
            .add(named(parameters, "feedforward/bias"));
    if (literal) {
      return rows;
    }
    Tensor length = rows.square().sum(1).unsqueeze(1).sqrt(); // I × 1
    return input.add(rows.div(length).mul(new Scalar(config.modal().gamma())));
  }

  @Override
  public void close() {
    Scope.free(targets);
    Scope.free(input);
    features.forEach(Scope::free);
    masks.forEach(Scope::free);
  }
}
