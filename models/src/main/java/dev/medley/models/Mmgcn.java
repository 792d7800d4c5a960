package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.engine.UserItemGraph;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ModalNodes;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.Summands;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * MMGCN: a graph network of its own for each modality, tied to the others by one table of free
 * embeddings (wei2019mmgcn).
 *
 * <p>U users, I items, N = U + I nodes, M modalities, D dimensions, H columns that a modality
 * starts with, L layers, B pairs in a batch.
 *
 * <p>Choice: an item that lacks a modality starts with zeros there, and has from the first layer on
 * its free embedding and what its users bring.
 */
public final class Mmgcn implements Explainable {

  /**
   * What MMGCN leaves open.
   *
   * @param dim D, at least 1
   * @param latentDim H, at least 1
   * @param layers L, at least 1
   * @param l2 λ, weight of the penalty on the batch's rows
   * @param featureScaling what is done to the features first
   * @param optimization how it is trained
   */
  public record Config(
      int dim,
      int latentDim,
      int layers,
      double l2,
      FeatureScaling featureScaling,
      Optimization optimization)
      implements Hyperparameters {

    /** Pictures start with 256 columns in the published code, here every modality. */
    public static final Config PAPER =
        new Config(64, 256, 3, 1e-3, FeatureScaling.RAW, Optimization.COMMON);

    /** Fewer columns, which take less time; not tuned: docs/benchmarks.md#grcn-mmgcn. */
    public static final Config DEFAULT =
        new Config(64, 64, 3, 1e-3, FeatureScaling.RAW, Optimization.COMMON);

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.atLeast("latentDim", latentDim, 1);
      Range.atLeast("layers", layers, 1);
      Range.atLeast("l2", l2, 0);
    }

    @Override
    public void check(TrainingView data) {
      ModalFeatures.required("mmgcn", data.features());
      Parameters.checkSize("nodes", (long) data.users() + data.items(), dim);
      Parameters.checkSize("aggregation", latentDim, latentDim);
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
          settings.number("l2", DEFAULT.l2),
          settings.choice("featureScaling", DEFAULT.featureScaling),
          Optimization.read(settings, DEFAULT.optimization));
    }
  }

  /**
   * One layer of a modality; K is H in the first layer and D in the others.
   *
   * @param aggregation W₁, K × K
   * @param own W₂, K × D
   * @param ownBias D
   * @param combination W₃, K × D
   * @param combinationBias D
   */
  private record Layer(
      Parameter aggregation,
      Parameter own,
      Parameter ownBias,
      Parameter combination,
      Parameter combinationBias) {

    static Layer of(String name, int columns, int dim, Parameters parameters) {
      double bound = 1 / Math.sqrt(columns);
      return new Layer(
          parameters.xavierNormal(name + "/aggregation", columns, columns),
          parameters.xavierNormal(name + "/own/weight", columns, dim),
          parameters.uniform(name + "/own/bias", bound, dim),
          parameters.xavierNormal(name + "/combination/weight", columns, dim),
          parameters.uniform(name + "/combination/bias", bound, dim));
    }
  }

  /** The network of one modality. */
  private record Network(ModalNodes start, List<Layer> layers) {}

  private final Config config;
  private final int users;
  private final UserItemGraph neighbors; // D^-1 A, N × N
  private final Parameters parameters;
  private final Parameter nodes; // E, N × D, users first
  private final List<Network> networks = new ArrayList<>(); // one per modality
  private final Owned owned;

  /**
   * A model at its start.
   *
   * @throws InvalidInputException if there is no modality
   */
  public Mmgcn(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.users = input.data().users();
    try (Owned made = new Owned()) {
      this.neighbors = made.add(UserItemGraph.ofNeighborMeans(input.data().train()));
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.nodes = parameters.xavierNormalNodes("nodes", users, input.data().items(), config.dim());
      for (FeatureMatrix matrix : input.data().features()) {
        ModalNodes start =
            made.add(
                new ModalNodes(
                    matrix,
                    config.featureScaling(),
                    new ModalNodes.Network(0, false),
                    users,
                    config.latentDim(),
                    parameters));
        List<Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
          String name = "layer/" + matrix.modality() + "/" + layer;
          int columns = layer == 0 ? config.latentDim() : config.dim();
          layers.add(Layer.of(name, columns, config.dim(), parameters));
        }
        networks.add(new Network(start, layers));
      }
      this.owned = made.kept();
    }
  }

  /** A modality's vectors after its last layer, N × D. */
  private Tensor represented(Network network) {
    Tensor x = network.start().unit(); // N × H
    for (Layer layer : network.layers()) {
      Tensor h = // eq. 2, the mean aggregation
          torch.leaky_relu(neighbors.times(x.mm(layer.aggregation().value()))); // N × K
      Tensor own = // eq. 5: the modality's own vector tied to the free embedding
          torch
              .leaky_relu(torch.addmm(layer.ownBias().value(), x, layer.own().value()))
              .add(nodes.value()); // N × D
      x = // eq. 7, the element-wise combination
          torch.leaky_relu(
              torch
                  .addmm(layer.combinationBias().value(), h, layer.combination().value())
                  .add(own)); // N × D
    }
    return x;
  }

  /** What each modality adds to the vectors of users and items: their mean over the modalities. */
  private List<Tensor> lines() {
    return networks.stream()
        .map(network -> represented(network).div(Tensors.scalar(networks.size())))
        .toList(); // N × D each
  }

  private Tensor represented() {
    List<Tensor> lines = lines();
    Tensor sum = lines.get(0);
    for (Tensor line : lines.subList(1, lines.size())) {
      sum = sum.add(line);
    }
    return sum; // N × D
  }

  /** Choice: λ weighs the mean squares of the batch's rows of E and of its users' preferences. */
  private Loss loss(Batch.Pairs batch) {
    Tensor rows = PairRows.indices(batch, users); // 3B
    PairRows e = PairRows.of(rows, represented()); // three of B × D
    List<ModalNodes> all = networks.stream().map(Network::start).toList();
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
    return networks.stream().map(network -> network.start().raw().modality()).toList();
  }

  /** The user's whole vector times what each modality adds to the item's. */
  @Override
  public double[][] summands(int user, int[] items) {
    try (Scope scope = Scope.open()) {
      return NoGradient.of(() -> Summands.of(lines(), users, user, items));
    }
  }

  /** The projected features. */
  @Override
  public List<ModalEmbedding> modalEmbeddings() {
    return networks.stream()
        .map(Network::start)
        .map(start -> new ModalEmbedding(start.raw(), false, start::items))
        .toList();
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(
        networks.stream().map(network -> network.start().scaled()).toList());
  }

  @Override
  public void close() {
    owned.close();
  }
}
