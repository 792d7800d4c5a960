package dev.medley.testkit;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Precision;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.Dream;
import dev.medley.models.Loss;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FilterGate;
import dev.medley.models.blocks.ItemGraph;
import dev.medley.models.blocks.RelationGraphs;
import dev.medley.models.blocks.UserNeighbors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * DREAM's loss (zhang2024dream) with dense relation graphs, everything under the tape, alignment
 * and similarity signal entry by entry. For small data: it holds I × I and U × U. Owns native
 * memory until closed.
 */
public final class LiteralDream implements AutoCloseable {
  private final Dream.Config config;
  private final TrainingView data;
  private final Precision precision;
  private final LiteralPropagation graph; // Â, N × N

  /** The loss on this data. */
  public LiteralDream(Dream.Config config, TrainingView data, Precision precision) {
    this.config = config;
    this.data = data;
    this.precision = precision;
    this.graph = LiteralPropagation.of(data.train(), LiteralPropagation.Form.COO, precision);
  }

  private Tensor typed(Tensor tensor) {
    return precision == Precision.DOUBLE ? tensor.to(torch.ScalarType.Double) : tensor;
  }

  private Tensor dense(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) rows[k / rows[0].length][k % rows[0].length];
    }
    return typed(Tensors.of(values, rows.length, rows[0].length));
  }

  /** D^-1/2 A D^-1/2 with D the row sums of A. */
  private Tensor normalized(Neighbors nearest) {
    int size = nearest.rows();
    double[][] a = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int k = nearest.offsets()[row]; k < nearest.offsets()[row + 1]; k++) {
        boolean one = config.relations().edges() == ItemGraph.Edges.ONE;
        a[row][nearest.items()[k]] = one ? 1 : Math.max(0, nearest.similarities()[k]);
      }
    }
    double[] sums = Arrays.stream(a).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double scale = sums[row] * sums[column];
        a[row][column] = scale > 0 ? a[row][column] / Math.sqrt(scale) : 0;
      }
    }
    return dense(a);
  }

  private Neighbors users(FeatureMatrix features) {
    Interactions train = data.train();
    int kept = Math.min(config.relations().userNeighbors(), train.users() - 1);
    if (config.relations().userGraph() == UserNeighbors.FEATURES) {
      float[][] means = new float[train.users()][features.dimension()];
      double[][] shares = shares(features);
      for (int user = 0; user < means.length; user++) {
        double[] sum = new double[features.dimension()];
        int count = 0;
        for (int item : train.itemsOf(user)) {
          float[] row = new float[features.dimension()];
          features.copyRow(item, row, 0);
          for (int k = 0; k < row.length; k++) {
            sum[k] += shares[user][item] > 0 ? row[k] : 0;
          }
          count += shares[user][item] > 0 ? 1 : 0;
        }
        for (int k = 0; k < sum.length; k++) {
          means[user][k] = (float) (sum[k] / count);
        }
      }
      return LiteralKnn.nearest(DenseFeatures.of(features.modality(), means), kept);
    }
    int[] offsets = new int[train.users() + 1];
    List<Integer> chosen = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int user = 0; user < train.users(); user++) {
      int self = user;
      List<Integer> order =
          IntStream.range(0, train.users())
              .boxed()
              .filter(other -> common(self, other) > 0)
              .sorted(
                  Comparator.comparingInt((Integer other) -> -common(self, other))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(kept)
              .toList();
      chosen.addAll(order);
      order.forEach(other -> counts.add(common(self, other)));
      offsets[user + 1] = chosen.size();
    }
    float[] similarities = new float[counts.size()];
    for (int k = 0; k < similarities.length; k++) {
      similarities[k] = counts.get(k);
    }
    return new Neighbors(
        offsets, chosen.stream().mapToInt(Integer::intValue).toArray(), similarities);
  }

  private int common(int user, int other) {
    return (int)
        IntStream.of(data.train().itemsOf(user))
            .filter(item -> data.train().contains(other, item))
            .count();
  }

  /** D_U⁻¹ R of the items that have the modality, U × I. */
  private double[][] shares(FeatureMatrix features) {
    double[][] shares = new double[data.users()][data.items()];
    for (int user = 0; user < shares.length; user++) {
      int[] items = IntStream.of(data.train().itemsOf(user)).filter(features::isPresent).toArray();
      for (int item : items) {
        shares[user][item] = 1f / items.length;
      }
    }
    return shares;
  }

  private Tensor convolved(Tensor x, Tensor matrix) {
    Tensor product = matrix.matmul(x);
    return config.relations().convolution() == RelationGraphs.Convolution.REPLACE
        ? product
        : product.add(x).div(Tensors.scalar(2));
  }

  /** e_m, I × D. */
  private Tensor passed(Map<String, Tensor> leaves, FeatureMatrix raw) {
    String name = raw.modality();
    FeatureMatrix scaled = config.featureScaling().fit(raw);
    Tensor x =
        config.freezeFeatures()
            ? typed(FeatureTensors.of(scaled))
            : leaf(leaves, "features/" + name); // I × F
    Tensor z =
        x.matmul(leaf(leaves, "projection/" + name + "/weight"))
            .add(leaf(leaves, "projection/" + name + "/bias")); // I × D
    if (config.gate() == FilterGate.Kind.NONE) {
      return z;
    }
    Tensor open =
        z.matmul(leaf(leaves, "gate/" + name + "/weight"))
            .add(leaf(leaves, "gate/" + name + "/bias"))
            .sigmoid();
    Tensor items = leaf(leaves, "nodes").narrow(0, data.users(), data.items());
    return config.gate() == FilterGate.Kind.ID ? items.mul(open) : z.mul(open);
  }

  /** h_m of users and items, N × D, zeros where a node has not the modality. */
  private Tensor related(Tensor e, FeatureMatrix raw) {
    Tensor items = e;
    if (config.relations().layers() > 0) {
      Tensor s = normalized(LiteralKnn.nearest(raw, config.relations().neighbors())); // I × I
      for (int layer = 0; layer < config.relations().layers(); layer++) {
        items = convolved(items, s);
      }
    }
    double[][] shares = shares(raw);
    Tensor users = dense(shares).matmul(items); // U × D
    if (config.relations().userNeighbors() > 0) {
      users = convolved(users, normalized(users(raw)));
    }
    double[][] present = new double[data.users() + data.items()][1];
    for (int node = 0; node < present.length; node++) {
      boolean has =
          node < data.users()
              ? Arrays.stream(shares[node]).sum() > 0
              : raw.isPresent(node - data.users());
      present[node][0] = has ? 1 : 0;
    }
    return torch.cat(new TensorVector(users, items), 0).mul(dense(present));
  }

  private Tensor modal(Map<String, Tensor> leaves, List<Tensor> passed) {
    int nodes = data.users() + data.items();
    double[][] counts = new double[nodes][1];
    for (FeatureMatrix raw : data.features()) {
      double[][] shares = shares(raw);
      for (int node = 0; node < nodes; node++) {
        boolean has =
            node < data.users()
                ? Arrays.stream(shares[node]).sum() > 0
                : raw.isPresent(node - data.users());
        counts[node][0] += has ? 1 : 0;
      }
    }
    Arrays.stream(counts).forEach(count -> count[0] = (float) (1 / Math.max(1, count[0])));
    List<Tensor> parts = new ArrayList<>();
    for (int m = 0; m < passed.size(); m++) {
      parts.add(related(passed.get(m), data.features().get(m)).mul(dense(counts)));
    }
    TensorVector all = new TensorVector(parts.toArray(new Tensor[0]));
    return config.fusion() == Dream.Fusion.SUM
        ? torch.stack(all).sum(0)
        : torch.cat(all, 1).matmul(leaf(leaves, "fusion/weight"));
  }

  /** E, N × D. */
  public Tensor represented(Map<String, Tensor> leaves) {
    List<Tensor> passed = data.features().stream().map(raw -> passed(leaves, raw)).toList();
    return graph.meanOfPowers(leaf(leaves, "nodes"), config.layers()).add(modal(leaves, passed));
  }

  /**
   * The loss of a batch.
   *
   * @param leaves the model's parameters by its names
   */
  public Loss loss(Map<String, Tensor> leaves, Batch.Pairs batch) {
    List<Tensor> passed = data.features().stream().map(raw -> passed(leaves, raw)).toList();
    Tensor behavior = graph.meanOfPowers(leaf(leaves, "nodes"), config.layers()); // N × D
    Tensor modal = modal(leaves, passed); // N × D
    Tensor e = behavior.add(modal);
    List<Tensor> margins = new ArrayList<>();
    for (int k = 0; k < batch.size(); k++) {
      Tensor u = user(e, batch.users()[k]);
      Tensor margin =
          dot(u, item(e, batch.positives()[k])).sub(dot(u, item(e, batch.negatives()[k])));
      margins.add(torch.logsigmoid(margin).neg());
    }
    Loss loss = Loss.of("bpr", mean(margins));
    if (config.l2() > 0) {
      Tensor nodes = leaf(leaves, "nodes");
      Tensor sum = typed(Tensors.zeros());
      for (int[] of :
          List.of(batch.users(), shifted(batch.positives()), shifted(batch.negatives()))) {
        Tensor square = nodes.index_select(0, Tensors.rows(of)).square().sum();
        sum =
            sum.add(
                config.l2Form() == Bpr.L2Form.NORM ? square.sqrt() : square.div(Tensors.scalar(2)));
      }
      loss = loss.plus("l2", config.l2(), sum.div(Tensors.scalar(batch.size())));
    }
    int[] pairs =
        IntStream.range(0, batch.size())
            .filter(
                k -> data.features().stream().anyMatch(raw -> raw.isPresent(batch.positives()[k])))
            .toArray();
    List<Tensor> bu = new ArrayList<>();
    List<Tensor> bi = new ArrayList<>();
    List<Tensor> mu = new ArrayList<>();
    List<Tensor> mi = new ArrayList<>();
    for (int k : pairs) {
      bu.add(user(behavior, batch.users()[k]));
      bi.add(item(behavior, batch.positives()[k]));
      mu.add(user(modal, batch.users()[k]));
      mi.add(item(modal, batch.positives()[k]));
    }
    Tensor similarity = typed(Tensors.zeros());
    for (int m = 0; m < passed.size(); m++) {
      FeatureMatrix raw = data.features().get(m);
      int[] items = IntStream.of(batch.positives()).distinct().filter(raw::isPresent).toArray();
      Tensor original = typed(FeatureTensors.of(config.featureScaling().fit(raw)));
      similarity = similarity.add(LiteralDuality.similarity(passed.get(m), original, items));
    }
    return LiteralDuality.addTo(
        loss,
        config.duality(),
        new LiteralDuality.Pairs(bu, bi),
        new LiteralDuality.Pairs(mu, mi),
        similarity);
  }

  private int[] shifted(int[] items) {
    return IntStream.of(items).map(item -> data.users() + item).toArray();
  }

  private Tensor item(Tensor table, int item) {
    return table.narrow(0, (long) data.users() + item, 1);
  }

  private static Tensor user(Tensor table, int user) {
    return table.narrow(0, user, 1);
  }

  private static Tensor dot(Tensor left, Tensor right) {
    return left.mul(right).sum();
  }

  private static Tensor mean(List<Tensor> terms) {
    return torch.stack(new TensorVector(terms.toArray(new Tensor[0]))).mean();
  }

  private static Tensor leaf(Map<String, Tensor> leaves, String name) {
    @Nullable Tensor leaf = leaves.get(name);
    if (leaf == null) {
      throw new IllegalArgumentException(
          "parameters: expected one called " + name + ", got " + leaves.keySet());
    }
    return leaf;
  }

  @Override
  public void close() {
    graph.close();
  }
}
