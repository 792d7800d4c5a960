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
import dev.medley.models.Freedom;
import dev.medley.models.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * FREEDOM's loss (zhou2023freedom, eqs. 1–13) with a dense item graph, everything under the tape,
 * pair by pair where a feature may be missing. For small data: it holds I × I. Owns native memory
 * until closed.
 */
public final class LiteralFreedom implements AutoCloseable {
  private final Freedom.Config config;
  private final TrainingView data;
  private final Precision precision;
  private final LiteralPropagation graph; // Â_ρ, N × N
  private final Tensor similar; // S, I × I

  /**
   * The loss of an epoch.
   *
   * @param kept the interactions that the epoch keeps
   */
  public LiteralFreedom(
      Freedom.Config config, TrainingView data, Interactions kept, Precision precision) {
    this.config = config;
    this.data = data;
    this.precision = precision;
    this.graph = LiteralPropagation.of(kept, LiteralPropagation.Form.COO, precision);
    try (Scope scope = Scope.open()) {
      this.similar =
          scope.release(
              typed(
                  itemGraph(
                      data, config.modalityWeights().of(data.features()), config.neighbors())));
    }
  }

  private Tensor typed(Tensor tensor) {
    return precision == Precision.DOUBLE ? tensor.to(torch.ScalarType.Double) : tensor.clone();
  }

  /**
   * Eqs. 1–5: Σ_m α_m D^-1/2 A_m D^-1/2 with A_m 1 where an item is among the k nearest; I × I,
   * float32.
   */
  static Tensor itemGraph(TrainingView data, double[] weights, int neighbors) {
    int items = data.items();
    double[] sum = new double[items * items];
    for (int m = 0; m < weights.length; m++) {
      Neighbors nearest = LiteralKnn.nearest(data.features().get(m), neighbors);
      for (int item = 0; item < items; item++) {
        int count = nearest.offsets()[item + 1] - nearest.offsets()[item];
        for (int k = nearest.offsets()[item]; k < nearest.offsets()[item + 1]; k++) {
          int other = nearest.items()[k];
          int otherCount = nearest.offsets()[other + 1] - nearest.offsets()[other];
          sum[item * items + other] += weights[m] / Math.sqrt((double) count * otherCount);
        }
      }
    }
    float[] values = new float[sum.length];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) sum[k];
    }
    return Tensors.of(values, items, items);
  }

  /**
   * Eqs. 9–11: smoothed over the user–item graph, S E_item added to the items.
   *
   * @param nodes N × D
   * @return N × D
   */
  public Tensor represented(Tensor nodes) {
    int users = data.users();
    Tensor smoothed = graph.meanOfPowers(nodes, config.layers()); // N × D
    Tensor h = similar.matmul(nodes.narrow(0, users, data.items())); // I × D
    return torch.cat(
        new TensorVector(
            smoothed.narrow(0, 0, users), smoothed.narrow(0, users, data.items()).add(h)),
        0);
  }

  /**
   * The loss of a batch.
   *
   * @param leaves the model's parameters by its names
   */
  public Loss loss(Map<String, Tensor> leaves, Batch.Pairs batch) {
    int users = data.users();
    Tensor nodes = represented(leaf(leaves, "nodes")); // N × D
    Tensor user = nodes.narrow(0, 0, users); // U × D
    Tensor item = nodes.narrow(0, users, data.items()); // I × D
    int[] everyone = IntStream.range(0, batch.size()).toArray();
    Loss loss =
        Loss.of(
            "bpr",
            bpr(
                rows(user, batch.users(), everyone),
                rows(item, batch.positives(), everyone),
                rows(item, batch.negatives(), everyone)));
    for (FeatureMatrix matrix : data.features()) {
      String name = matrix.modality();
      Tensor features = features(leaves, matrix); // I × F
      Tensor weight = leaf(leaves, "projection/" + name + "/weight");
      Tensor bias = leaf(leaves, "projection/" + name + "/bias");
      int[] kept =
          IntStream.of(everyone)
              .filter(
                  k ->
                      matrix.isPresent(batch.positives()[k])
                          && matrix.isPresent(batch.negatives()[k]))
              .toArray();
      Tensor value =
          bpr(
              rows(user, batch.users(), kept),
              LiteralFeatureProjection.of(features, weight, bias, pick(batch.positives(), kept)),
              LiteralFeatureProjection.of(features, weight, bias, pick(batch.negatives(), kept)));
      loss = loss.plus("bpr-" + name, config.omega(), value);
    }
    return config.duality().terms().isEmpty() ? loss : aligned(loss, leaves, batch, user, item);
  }

  /** The alignment with the mean of an item's projected features, and the similarity signal. */
  private Loss aligned(
      Loss loss, Map<String, Tensor> leaves, Batch.Pairs batch, Tensor user, Tensor item) {
    List<Tensor> projected = new ArrayList<>(); // M of I × D
    Tensor similarity = typed(Tensors.zeros());
    for (FeatureMatrix matrix : data.features()) {
      String name = "projection/" + matrix.modality();
      Tensor z =
          features(leaves, matrix)
              .matmul(leaf(leaves, name + "/weight"))
              .add(leaf(leaves, name + "/bias"));
      projected.add(z);
      int[] having = IntStream.of(batch.positives()).distinct().filter(matrix::isPresent).toArray();
      Tensor start = typed(FeatureTensors.of(config.featureScaling().fit(matrix))); // I × F
      similarity = similarity.add(LiteralDuality.similarity(z, start, having));
    }
    List<Tensor> users = new ArrayList<>();
    List<Tensor> items = new ArrayList<>();
    List<Tensor> modal = new ArrayList<>();
    for (int k = 0; k < batch.size(); k++) {
      int positive = batch.positives()[k];
      List<Tensor> own = new ArrayList<>();
      for (int m = 0; m < projected.size(); m++) {
        if (data.features().get(m).isPresent(positive)) {
          own.add(projected.get(m).narrow(0, positive, 1));
        }
      }
      if (!own.isEmpty()) {
        users.add(user.narrow(0, batch.users()[k], 1));
        items.add(item.narrow(0, positive, 1));
        modal.add(torch.stack(new TensorVector(own.toArray(new Tensor[0]))).mean(0)); // 1 × D
      }
    }
    return LiteralDuality.addTo(
        loss,
        config.duality(),
        new LiteralDuality.Pairs(users, items),
        new LiteralDuality.Pairs(users, modal),
        similarity);
  }

  private Tensor features(Map<String, Tensor> leaves, FeatureMatrix matrix) {
    return config.freezeFeatures()
        ? typed(FeatureTensors.of(config.featureScaling().fit(matrix)))
        : leaf(leaves, "features/" + matrix.modality());
  }

  /** The parameter of this name. */
  static Tensor leaf(Map<String, Tensor> leaves, String name) {
    @Nullable Tensor leaf = leaves.get(name);
    if (leaf == null) {
      throw new IllegalArgumentException(
          "parameters: expected one called " + name + ", got " + leaves.keySet());
    }
    return leaf;
  }

  private static int[] pick(int[] numbers, int[] at) {
    return IntStream.of(at).map(k -> numbers[k]).toArray();
  }

  private static Tensor rows(Tensor table, int[] numbers, int[] at) {
    return table.index_select(0, Tensors.rows(pick(numbers, at)));
  }

  /** The mean of −log σ(u·p − u·n), pair by pair. */
  private static Tensor bpr(Tensor users, Tensor positives, Tensor negatives) {
    List<Tensor> terms = new ArrayList<>();
    for (long k = 0; k < users.size(0); k++) {
      Tensor u = users.narrow(0, k, 1);
      Tensor margin =
          u.mul(positives.narrow(0, k, 1)).sum().sub(u.mul(negatives.narrow(0, k, 1)).sum());
      terms.add(torch.logsigmoid(margin).neg());
    }
    return torch.stack(new TensorVector(terms.toArray(new Tensor[0]))).mean();
  }

  @Override
  public void close() {
    graph.close();
    Scope.free(similar);
  }
}
