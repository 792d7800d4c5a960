package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.Edges;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ModalNodes;
import dev.medley.models.blocks.NeighborRouting;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.Summands;
import dev.medley.models.blocks.TrainedScorer;
import dev.medley.models.blocks.UnitRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * GRCN: convolutions over interactions of which each counts as much as the modalities say that it
 * was meant (wei2020grcn).
 *
 * <p>U users, I items, N = U + I nodes, M modalities, E interactions, D dimensions of the free
 * embeddings, H of each modality, L layers, B pairs in a batch.
 */
public final class Grcn implements Explainable {

  /** Whose confidence in a modality counts for an edge. */
  public enum Confidence {
    /** That of the node at which the edge ends, whose softmax its attention comes from. */
    RECEIVER,
    /** That of the node from which it starts. */
    SENDER
  }

  /**
   * What GRCN leaves open.
   *
   * @param dim D, at least 1
   * @param latentDim H, at least 1
   * @param layers L, convolutions of the free embeddings, at least 0
   * @param routings how often users are drawn to their items, at least 0
   * @param confidence whose confidence counts
   * @param l2 λ, weight of the penalty on the batch's rows
   * @param featureScaling what is done to the features first
   * @param optimization how it is trained
   */
  public record Config(
      int dim,
      int latentDim,
      int layers,
      int routings,
      Confidence confidence,
      double l2,
      FeatureScaling featureScaling,
      Optimization optimization)
      implements Hyperparameters {

    /**
     * Larger batches and steps, and one routing where the paper has three, by validation on tiktok:
     * docs/benchmarks.md#grcn-mmgcn.
     */
    public static final Config DEFAULT =
        new Config(
            64,
            64,
            2,
            1,
            Confidence.RECEIVER,
            1e-3,
            FeatureScaling.RAW,
            Optimization.COMMON.with(4096, 3e-3));

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.atLeast("latentDim", latentDim, 1);
      Range.atLeast("layers", layers, 0);
      Range.atLeast("routings", routings, 0);
      Range.atLeast("l2", l2, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("grcn", data.features());
      Parameters.checkSize("nodes", (long) data.users() + data.items(), dim);
      for (FeatureMatrix matrix : data.features()) {
        String name = matrix.modality();
        Parameters.checkSize("preference/" + name, data.users(), latentDim);
        Parameters.checkSize("item/" + name + "/weight", matrix.dimension(), latentDim);
      }
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("dim", DEFAULT.dim),
          settings.integer("latentDim", DEFAULT.latentDim),
          settings.integer("layers", DEFAULT.layers),
          settings.integer("routings", DEFAULT.routings),
          settings.choice("confidence", DEFAULT.confidence),
          settings.number("l2", DEFAULT.l2),
          settings.choice("featureScaling", DEFAULT.featureScaling),
          Optimization.read(settings, DEFAULT.optimization));
    }
  }

  private final Config config;
  private final int users;
  private final int itemCount;
  private final Edges toUsers; // U × I
  private final Edges toItems; // I × U
  private final Parameters parameters;
  private final Parameter nodes; // E, N × D, users first
  private final Parameter confidences; // c, N × M, users first
  private final List<NeighborRouting> modalities = new ArrayList<>();
  private final Owned owned;

  /**
   * A model at its start.
   *
   * @throws InvalidInputException if there is no modality
   */
  public Grcn(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    Interactions train = input.data().train();
    this.users = train.users();
    this.itemCount = train.items();
    List<FeatureMatrix> features = input.data().features();
    try (Owned made = new Owned()) {
      this.toUsers = made.add(Edges.of(train));
      this.toItems = made.add(Edges.of(train.transposed()));
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.nodes = parameters.xavierNormalNodes("nodes", users, itemCount, config.dim());
      // Choice: confidences start around 1, not 0, so that learning decides which edges are pruned.
      this.confidences = parameters.xavierNormal("confidence", users + itemCount, features.size());
      NoGradient.run(() -> confidences.value().add_(Tensors.scalar(1)));
      for (FeatureMatrix matrix : features) {
        ModalNodes start =
            made.add(
                new ModalNodes(
                    matrix,
                    config.featureScaling(),
                    new ModalNodes.Network(0, true),
                    users,
                    config.latentDim(),
                    parameters));
        modalities.add(made.add(NeighborRouting.of(start, toUsers, toItems, train, parameters)));
      }
      this.owned = made.kept();
    }
  }

  /**
   * The whole forward pass, N × (D + MH): the free embeddings on the refined graph, and beside them
   * what each modality's own attention makes.
   */
  private Tensor represented() {
    List<NeighborRouting.Routed> routed =
        modalities.stream().map(each -> each.routed(config.routings())).toList();
    Tensor ofUser = confidences.value().narrow(0, 0, users); // U × M
    Tensor ofItem = confidences.value().narrow(0, users, itemCount); // I × M
    List<Tensor> atUsers = routed.stream().map(NeighborRouting.Routed::ofUsers).toList();
    List<Tensor> atItems = routed.stream().map(NeighborRouting.Routed::ofItems).toList();
    Tensor weightAtUsers = refined(atUsers, toUsers, ofUser, ofItem); // E by user
    Tensor weightAtItems = refined(atItems, toItems, ofItem, ofUser); // E by item
    Tensor start = UnitRows.of(nodes.value()); // N × D
    Tensor user = start.narrow(0, 0, users);
    Tensor item = start.narrow(0, users, itemCount);
    Tensor sum = start;
    for (int layer = 0; layer < config.layers(); layer++) {
      Tensor next = toUsers.received(weightAtUsers, item); // U × D
      item = toItems.received(weightAtItems, user); // I × D
      user = next;
      sum = sum.add(torch.cat(new TensorVector(user, item), 0));
    }
    TensorVector parts = new TensorVector(sum);
    routed.forEach(each -> parts.push_back(each.represented()));
    return torch.cat(parts, 1); // N × (D + MH)
  }

  /**
   * Graph refining: an edge weighs the most that attention times confidence gives in any modality,
   * and nothing where that is negative, which prunes it.
   *
   * @param attention of each modality, E each
   * @param receivers their confidences, R × M
   * @param senders their confidences, C × M
   * @return E
   */
  private Tensor refined(List<Tensor> attention, Edges edges, Tensor receivers, Tensor senders) {
    Tensor most = null;
    for (int m = 0; m < attention.size(); m++) {
      Tensor confidence =
          switch (config.confidence()) {
            case RECEIVER -> edges.ofReceivers(receivers.select(1, m));
            case SENDER -> edges.ofSenders(senders.select(1, m));
          }; // E
      Tensor weight = attention.get(m).mul(confidence);
      most = most == null ? weight : torch.maximum(most, weight);
    }
    if (most == null) {
      throw new IllegalStateException("edge weights: expected at least one modality");
    }
    return torch.relu(most); // E
  }

  /** Choice: λ weighs the mean squares of the batch's rows of E and of its users' preferences. */
  private Loss loss(Batch.Pairs batch) {
    Tensor rows = PairRows.indices(batch, users); // 3B
    PairRows e = PairRows.of(rows, represented()); // three of B × (D + MH)
    List<ModalNodes> all = modalities.stream().map(NeighborRouting::nodes).toList();
    Tensor l2 = ModalNodes.penalty(nodes.value(), rows, Tensors.rows(batch.users()), all);
    return Loss.of("bpr", Bpr.loss(e.users(), e.positives(), e.negatives()))
        .plus("l2", config.l2(), l2);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    return List.of(
        Phase.onPairs(this::loss, List.of("bpr", "l2"), parameters.all(), config.optimization()));
  }

  @Override
  public TrainedScorer scorer() {
    return DotProduct.ofNodes(represented(), users);
  }

  @Override
  public List<String> parts() {
    return ModalFeatures.behaviourAnd(modalities.stream().map(each -> each.nodes().raw()).toList());
  }

  /** The products of the free embeddings' columns, and of those of each modality. */
  @Override
  public double[][] summands(int user, int[] chosen) {
    int[] widths = new int[1 + modalities.size()];
    Arrays.fill(widths, config.latentDim());
    widths[0] = config.dim();
    try (Scope scope = Scope.open()) {
      return NoGradient.of(() -> Summands.ofColumns(represented(), widths, users, user, chosen));
    }
  }

  /** The projected features. */
  @Override
  public List<ModalEmbedding> modalEmbeddings() {
    return modalities.stream()
        .map(each -> new ModalEmbedding(each.nodes().raw(), false, each.nodes()::items))
        .toList();
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(modalities.stream().map(each -> each.nodes().scaled()).toList());
  }

  @Override
  public void close() {
    owned.close();
  }
}
