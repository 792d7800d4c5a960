package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.MrCsaf;
import dev.medley.models.blocks.CrossSelfAttention;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalItems;
import dev.medley.models.blocks.WeightedItemGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * MR-CSAF equation by equation (li2025mrcsaf, eqs. 1–29): modality by modality, S as a dense
 * matrix, attention with all its weights over all items, everything under the tape. For small data.
 * Has all options but a sample of the keys. Owns native memory until closed.
 */
public final class LiteralMrCsaf implements AutoCloseable {
  private final MrCsaf.Config config;
  private final TrainingView data;
  private final Precision precision;
  private final LiteralPropagation graph; // Â_ρ, N × N
  private final List<Tensor> similar = new ArrayList<>(); // S̃_m, I × I

  /**
   * The model of an epoch.
   *
   * @param kept the interactions that the epoch keeps
   */
  public LiteralMrCsaf(
      MrCsaf.Config config, TrainingView data, Interactions kept, Precision precision) {
    this.config = config;
    this.data = data;
    this.precision = precision;
    this.graph = LiteralPropagation.of(kept, LiteralPropagation.Form.COO, precision);
    try (Scope scope = Scope.open()) {
      for (FeatureMatrix matrix : data.features()) {
        similar.add(scope.release(typed(dense(matrix))));
      }
    }
  }

  private Tensor typed(Tensor tensor) {
    return precision == Precision.DOUBLE ? tensor.to(torch.ScalarType.Double) : tensor.clone();
  }

  /** Eqs. 2–3: D^-1/2 Ṡ D^-1/2, rounded to float32 as the model stores it. */
  private Tensor dense(FeatureMatrix matrix) {
    int items = data.items();
    float[] values = new float[items * items];
    Neighbors nearest = LiteralKnn.nearest(matrix, config.neighbors());
    for (int item = 0; item < items; item++) {
      int count = nearest.offsets()[item + 1] - nearest.offsets()[item];
      for (int k = nearest.offsets()[item]; k < nearest.offsets()[item + 1]; k++) {
        int other = nearest.items()[k];
        int otherCount = nearest.offsets()[other + 1] - nearest.offsets()[other];
        values[item * items + other] = (float) (1 / Math.sqrt((double) count * otherCount));
      }
    }
    return Tensors.of(values, items, items);
  }

  private Tensor presence(int m) {
    FeatureMatrix matrix = data.features().get(m);
    float[] values = new float[data.items()];
    for (int item = 0; item < values.length; item++) {
      values[item] = matrix.isPresent(item) ? 1 : 0;
    }
    return typed(Tensors.of(values, values.length, 1)); // I × 1
  }

  private static Tensor cat(long axis, Tensor... parts) {
    return torch.cat(new TensorVector(parts), axis);
  }

  private static Tensor leaf(Map<String, Tensor> leaves, String name) {
    @Nullable Tensor leaf = leaves.get(name);
    if (leaf == null) {
      throw new IllegalArgumentException(
          "parameters: expected one called " + name + ", got " + leaves.keySet());
    }
    return leaf;
  }

  private String name(int m) {
    return data.features().get(m).modality();
  }

  private int modalities() {
    return data.features().size();
  }

  /** e_m, zeros where an item lacks the modality. */
  private Tensor embedded(Map<String, Tensor> leaves, int m) {
    FeatureMatrix matrix = data.features().get(m);
    Tensor x =
        config.freezeFeatures()
            ? typed(FeatureTensors.of(config.featureScaling().fit(matrix)))
            : leaf(leaves, "features/" + name(m));
    Tensor projected =
        x.mm(leaf(leaves, "item/" + name(m) + "/weight"))
            .add(leaf(leaves, "item/" + name(m) + "/bias"));
    Tensor e =
        config.itemEmbedding() == ModalItems.Form.ID_GATED
            ? leaf(leaves, "items").mul(torch.sigmoid(projected))
            : projected;
    return e.mul(presence(m));
  }

  /** Eqs. 4–5, item by item over the modalities that it has. */
  private Tensor weights(Map<String, Tensor> leaves, List<Tensor> e) {
    Tensor joined = cat(1, e.toArray(new Tensor[0]));
    List<Tensor> rows = new ArrayList<>();
    for (int item = 0; item < data.items(); item++) {
      Tensor powers = torch.zeros(new long[] {1, modalities()}, joined.options());
      Tensor logits = powers;
      if (config.variant() != MrCsaf.Variant.CSAF_ONLY) {
        Tensor hidden =
            torch.relu(
                joined
                    .narrow(0, item, 1)
                    .mm(leaf(leaves, "selector/hidden/weight"))
                    .add(leaf(leaves, "selector/hidden/bias")));
        logits =
            hidden.mm(leaf(leaves, "selector/weight")).add(leaf(leaves, "selector/bias")); // 1 × M
      }
      List<Tensor> columns = new ArrayList<>();
      for (int m = 0; m < modalities(); m++) {
        columns.add(
            data.features().get(m).isPresent(item)
                ? logits.narrow(1, m, 1).exp()
                : powers.narrow(1, m, 1));
      }
      Tensor row = cat(1, columns.toArray(new Tensor[0]));
      Tensor sum = row.sum();
      rows.add(sum.item().toDouble() == 0 ? row : row.div(sum));
    }
    return cat(0, rows.toArray(new Tensor[0])); // I × M
  }

  /** Eq. 6, dense. */
  private Tensor graph(Tensor weights) {
    int items = data.items();
    Tensor sum = torch.zeros(new long[] {items, items}, weights.options());
    for (int m = 0; m < modalities(); m++) {
      Tensor w = weights.narrow(1, m, 1); // I × 1
      Tensor scale =
          config.selectorAxis() == WeightedItemGraph.Axis.ROW
              ? w.expand(items, items)
              : w.t().expand(items, items);
      sum = sum.add(similar.get(m).mul(scale));
    }
    return sum; // I × I
  }

  private Tensor projected(Map<String, Tensor> leaves, Tensor e, int m, String which) {
    Tensor map = leaf(leaves, "attention/" + name(m) + "/" + which);
    if (config.attentionInput() == CrossSelfAttention.Input.EMBEDDINGS) {
      return e.mm(map);
    }
    // The lengths of rows cancel; the model reads the rounded rows that it has already.
    FeatureScaling scaling =
        config.freezeFeatures() && config.featureScaling() == FeatureScaling.ZSCORE_L2
            ? FeatureScaling.ZSCORE_L2
            : FeatureScaling.ZSCORE;
    Tensor x = typed(FeatureTensors.of(scaling.fit(data.features().get(m))));
    Tensor rows = x.mm(map);
    Tensor squares = rows.mul(rows).sum(1).view(data.items(), 1);
    return rows.div(squares.add(new Scalar(1e-24)).sqrt()).mul(new Scalar(8.0));
  }

  /** softmax(Q_m K_m′ᵀ / √d) V_m′ over the items that have m′; zeros for those that lack m. */
  private Tensor attended(Map<String, Tensor> leaves, List<Tensor> e, int m, int other) {
    Tensor q = projected(leaves, e.get(m), m, "queries");
    Tensor k = projected(leaves, e.get(other), other, "keys");
    Tensor v = e.get(other).mm(leaf(leaves, "attention/" + name(other) + "/values"));
    Tensor scores = q.mm(k.t()).div(new Scalar(Math.sqrt(config.dim()))); // I × I
    Tensor powers = scores.exp().mul(presence(other).t().expand_as(scores));
    Tensor norms = powers.sum(1).view(data.items(), 1);
    return powers.div(norms.expand_as(powers)).mm(v).mul(presence(m));
  }

  /** Eqs. 8–18. */
  private Tensor fused(Map<String, Tensor> leaves, List<Tensor> e, int m) {
    Tensor across = e.get(m);
    for (int other = 0; other < modalities(); other++) {
      if (other != m) {
        across = across.add(attended(leaves, e, m, other).div(new Scalar(modalities() - 1.0)));
      }
    }
    Tensor within = e.get(m).add(attended(leaves, e, m, m));
    return config.fusion() == CrossSelfAttention.Fusion.MEAN
        ? across.add(within).div(new Scalar(2.0))
        : cat(1, across, within)
            .mm(leaf(leaves, "fusion/weight"))
            .add(leaf(leaves, "fusion/bias"))
            .mul(presence(m));
  }

  /**
   * What stands in place of CSAF in {@link MrCsaf.Variant#CAM}, user by user: the mean of the
   * user's items in m asks, the user's items in each other modality answer. U × D.
   */
  private Tensor history(Map<String, Tensor> leaves, List<Tensor> e, int m) {
    List<Tensor> rows = new ArrayList<>();
    for (int user = 0; user < data.users(); user++) {
      Tensor query = mean(itemsOf(user, e, m)).mm(leaf(leaves, "history/" + name(m) + "/queries"));
      Tensor sum = torch.zeros_like(query); // 1 × D
      for (int other = 0; other < modalities(); other++) {
        if (other == m) {
          continue;
        }
        List<Tensor> powers = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        for (Tensor item : itemsOf(user, e, other)) {
          Tensor key = item.mm(leaf(leaves, "history/" + name(other) + "/keys"));
          powers.add(query.mul(key).sum().div(new Scalar(Math.sqrt(config.dim()))).exp());
          values.add(item.mm(leaf(leaves, "history/" + name(other) + "/values")));
        }
        Tensor norm = torch.stack(new TensorVector(powers.toArray(new Tensor[0]))).sum();
        for (int k = 0; k < values.size(); k++) {
          sum = sum.add(values.get(k).mul(powers.get(k).div(norm)));
        }
      }
      rows.add(sum.div(new Scalar(modalities() - 1.0)));
    }
    return cat(0, rows.toArray(new Tensor[0]));
  }

  /** e_m of the user's training items that have m, at least one; 1 × D each. */
  private List<Tensor> itemsOf(int user, List<Tensor> e, int m) {
    List<Tensor> items = new ArrayList<>();
    for (int item : data.train().itemsOf(user)) {
      if (data.features().get(m).isPresent(item)) {
        items.add(e.get(m).narrow(0, item, 1));
      }
    }
    return items;
  }

  /** u_m and p_m (eqs. 19–24) of one modality: U × D and I × D. */
  private List<Tensor> represented(Map<String, Tensor> leaves, List<Tensor> e, int m) {
    Tensor h = e.get(m);
    for (int layer = 0; layer < config.itemLayers(); layer++) {
      h = graph(weights(leaves, e)).mm(h); // eq. 7
    }
    boolean attention =
        config.variant() == MrCsaf.Variant.FULL || config.variant() == MrCsaf.Variant.CSAF_ONLY;
    Tensor fused = attention ? fused(leaves, e, m) : e.get(m);
    Tensor users = leaf(leaves, "users/" + name(m));
    if (config.variant() == MrCsaf.Variant.CAM) {
      users = users.add(history(leaves, e, m));
    }
    Tensor nodes = graph.meanOfPowers(cat(0, users, fused), config.layers());
    return List.of(
        nodes.narrow(0, 0, data.users()), nodes.narrow(0, data.users(), data.items()).add(h));
  }

  private List<Tensor> embedded(Map<String, Tensor> leaves) {
    List<Tensor> e = new ArrayList<>();
    for (int m = 0; m < modalities(); m++) {
      e.add(embedded(leaves, m));
    }
    return e;
  }

  /** Eq. 25, summed over the modalities: U × I. */
  public Tensor scores(Map<String, Tensor> leaves) {
    Tensor sum = summands(leaves, 0);
    for (int m = 1; m < modalities(); m++) {
      sum = sum.add(summands(leaves, m));
    }
    return sum;
  }

  /** u_m · p_m of eq. 25 for modality {@code m}, U × I. */
  public Tensor summands(Map<String, Tensor> leaves, int m) {
    List<Tensor> each = represented(leaves, embedded(leaves), m);
    return each.get(0).mm(each.get(1).t());
  }

  /**
   * The loss of a batch (eqs. 26–29), pair by pair.
   *
   * @param leaves the model's parameters by its names
   */
  public Loss loss(Map<String, Tensor> leaves, Batch.Pairs batch) {
    List<Tensor> e = embedded(leaves);
    Tensor[] margins = new Tensor[batch.size()]; // of the summed score
    Tensor[] separate = new Tensor[modalities()];
    List<Tensor> features = new ArrayList<>();
    for (int m = 0; m < modalities(); m++) {
      List<Tensor> each = represented(leaves, e, m);
      List<Tensor> own = new ArrayList<>();
      List<Tensor> projected = new ArrayList<>();
      for (int k = 0; k < batch.size(); k++) {
        int positive = batch.positives()[k];
        int negative = batch.negatives()[k];
        Tensor u = each.get(0).narrow(0, batch.users()[k], 1); // 1 × D
        Tensor margin = margin(u, each.get(1), positive, negative);
        own.add(torch.logsigmoid(margin).neg());
        margins[k] = m == 0 ? margin : margins[k].add(margin);
        FeatureMatrix matrix = data.features().get(m);
        if (config.omega() > 0 && matrix.isPresent(positive) && matrix.isPresent(negative)) {
          Tensor f =
              e.get(m)
                  .mm(leaf(leaves, "loss/" + name(m) + "/weight"))
                  .add(leaf(leaves, "loss/" + name(m) + "/bias"));
          projected.add(torch.logsigmoid(margin(u, f, positive, negative)).neg());
        }
      }
      separate[m] = mean(own);
      features.add(projected.isEmpty() ? separate[m] : mean(projected));
    }
    Tensor bpr = separate[0];
    for (int m = 1; m < separate.length; m++) {
      bpr = bpr.add(separate[m]);
    }
    if (config.loss() == MrCsaf.PairLoss.JOINT) {
      List<Tensor> own = new ArrayList<>();
      for (Tensor margin : margins) {
        own.add(torch.logsigmoid(margin).neg());
      }
      bpr = mean(own);
    }
    Loss loss = Loss.of("bpr", bpr);
    for (int m = 0; m < features.size() && config.omega() > 0; m++) {
      loss = loss.plus("bpr-" + name(m), config.omega(), features.get(m));
    }
    if (config.l2() > 0) { // squared: ½ (‖U_b‖² + ‖P_b‖² + ‖N_b‖²) / B
      Tensor sum = torch.zeros(new long[] {}, bpr.options());
      for (int m = 0; m < modalities(); m++) {
        Tensor u = leaf(leaves, "users/" + name(m));
        for (int k = 0; k < batch.size(); k++) {
          sum =
              sum.add(u.narrow(0, batch.users()[k], 1).square().sum())
                  .add(e.get(m).narrow(0, batch.positives()[k], 1).square().sum())
                  .add(e.get(m).narrow(0, batch.negatives()[k], 1).square().sum());
        }
      }
      loss = loss.plus("l2", config.l2(), sum.div(new Scalar(2.0 * batch.size())));
    }
    return loss;
  }

  private static Tensor margin(Tensor u, Tensor items, int positive, int negative) {
    return u.mul(items.narrow(0, positive, 1)).sum().sub(u.mul(items.narrow(0, negative, 1)).sum());
  }

  private static Tensor mean(List<Tensor> alike) {
    return torch.stack(new TensorVector(alike.toArray(new Tensor[0]))).mean(0);
  }

  @Override
  public void close() {
    graph.close();
    similar.forEach(Scope::free);
  }
}
