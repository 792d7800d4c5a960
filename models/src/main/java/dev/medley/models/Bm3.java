package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.HandWritten;
import dev.medley.engine.LinearMap;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Tensors;
import dev.medley.engine.UserItemGraph;
import dev.medley.models.blocks.CosineDistance;
import dev.medley.models.blocks.Distinct;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.FeatureProjection;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * BM3: users and items that predict each other's vectors, and the features those of their items,
 * without negatives (zhou2023bm3).
 *
 * <p>U users, I items, N = U + I nodes, F features of a modality, D dimensions, L layers, B pairs
 * in a batch, n distinct nodes among them.
 *
 * <p>Choice: a missing modality is masked, of which the paper says nothing: the terms of a modality
 * are means over the pairs whose item has it, 0 where there are none.
 */
public final class Bm3 implements Model {

  /**
   * What BM3 leaves open.
   *
   * @param dim D, at least 1
   * @param layers L on the user–item graph, at least 0
   * @param dropout share of the targets' numbers that are dropped, in [0, 1)
   * @param l2 λ, the weight of the norms of all nodes
   * @param omega the weight of the terms of the modalities
   * @param freezeFeatures whether the features stay as they are
   * @param featureScaling what is done to features before they are projected
   * @param optimization how it is trained
   */
  public record Config(
      int dim,
      int layers,
      double dropout,
      double l2,
      double omega,
      boolean freezeFeatures,
      FeatureScaling featureScaling,
      Optimization optimization)
      implements Hyperparameters {

    /** Section 4.1.4, of whose grids the first values; learnable features as in its code. */
    public static final Config PAPER =
        new Config(64, 1, 0.3, 0.1, 2, false, FeatureScaling.RAW, Optimization.COMMON);

    /** As published, with a longer patience; chosen on validation: docs/models/bm3.md. */
    public static final Config DEFAULT =
        new Config(64, 1, 0.3, 0.1, 2, false, FeatureScaling.RAW, Optimization.COMMON.patient(60));

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.atLeast("layers", layers, 0);
      Range.within("dropout", dropout, 0, 1);
      Range.atLeast("l2", l2, 0);
      Range.atLeast("omega", omega, 0);
    }

    @Override
    public void check(TrainingView data) {
      Parameters.checkSize("nodes", (long) data.users() + data.items(), dim);
      for (FeatureMatrix matrix : ModalFeatures.required("bm3", data.features())) {
        Parameters.checkSize(
            "projection/" + matrix.modality() + "/weight", matrix.dimension(), dim);
      }
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("dim", DEFAULT.dim),
          settings.integer("layers", DEFAULT.layers),
          settings.number("dropout", DEFAULT.dropout),
          settings.number("l2", DEFAULT.l2),
          settings.number("omega", DEFAULT.omega),
          settings.flag("freezeFeatures", DEFAULT.freezeFeatures),
          settings.choice("featureScaling", DEFAULT.featureScaling),
          Optimization.read(settings, DEFAULT.optimization));
    }
  }

  private final Config config;
  private final int users;
  private final int itemCount;
  private final List<FeatureMatrix> raw;
  private final List<FeatureMatrix> scaled; // as they are projected
  private final UserItemGraph graph; // Â, N × N
  private final Parameters parameters;
  private final Parameter nodes; // E⁰, N × D, users first
  private final Parameter predictorWeight; // D × D
  private final Parameter predictorBias; // D
  private final List<FeatureProjection> projections = new ArrayList<>(); // W_m, b_m, x_m
  private final Owned owned;

  /**
   * A model at its start.
   *
   * @throws InvalidInputException if there is no modality
   */
  public Bm3(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    Interactions train = input.data().train();
    this.users = train.users();
    this.itemCount = train.items();
    this.raw = input.data().features();
    this.scaled = raw.stream().map(config.featureScaling()::fit).toList();
    FeatureProjection.Layer layer = FeatureProjection.Layer.XAVIER_NORMAL_WITH_BIAS;
    try (Owned made = new Owned()) {
      this.graph = made.add(UserItemGraph.of(train));
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.nodes = parameters.xavierUniformNodes("nodes", users, itemCount, config.dim());
      this.predictorWeight =
          layer.weight(parameters, "predictor/weight", config.dim(), config.dim());
      this.predictorBias = layer.bias(parameters, "predictor/bias", config.dim(), config.dim());
      for (FeatureMatrix matrix : scaled) {
        projections.add(
            made.add(
                FeatureProjection.of(
                    matrix, config.dim(), config.freezeFeatures(), parameters, layer)));
      }
      this.owned = made.kept();
    }
  }

  /**
   * Eqs. 1–3: LightGCN, and for items E_item added. One linear map that is its own transpose, so
   * the gradient is the same.
   */
  private Tensor represented() {
    return LinearMap.apply(nodes.value(), this::withResidual, this::withResidual); // N × D
  }

  private Tensor withResidual(Tensor x) {
    Tensor smoothed = graph.meanOfPowers(x, config.layers()); // N × D
    Tensor table = config.layers() == 0 ? smoothed.clone() : smoothed; // no layer: x itself
    ofItems(table).add_(ofItems(x));
    return table;
  }

  /** Eq. 7: one linear layer, the same for users, items and modalities. */
  private Tensor predicted(Tensor x) {
    return torch.addmm(predictorBias.value(), x, predictorWeight.value()); // as x
  }

  /** Eq. 6: a target, of which no gradient is taken. */
  private Tensor target(Tensor x) {
    return torch.dropout(x.detach(), config.dropout(), true); // as x
  }

  /**
   * Eqs. 8–13. A node that repeats in a batch has one vector and one target in it, so all but the
   * pairs themselves is computed for the n distinct ones.
   */
  private Loss loss(Batch.PositivePairs batch) {
    Distinct distinctUsers = Distinct.of(users, batch.users());
    Distinct distinctItems = Distinct.of(itemCount, batch.positives());
    Tensor table = represented(); // N × D
    Tensor online =
        table.index_select(
            0,
            Tensors.rows(
                concat(
                    distinctUsers.numbers(),
                    IntStream.of(distinctItems.numbers()).map(i -> users + i).toArray()))); // n × D
    Tensor target = target(online); // n × D
    Tensor predicted = predicted(online); // n × D
    int[] item =
        IntStream.of(distinctItems.places()).map(k -> distinctUsers.size() + k).toArray(); // B
    Tensor both = Tensors.rows(concat(distinctUsers.places(), item)); // 2B: users, items
    Tensor other = Tensors.rows(concat(item, distinctUsers.places())); // 2B: items, users
    Tensor reconstruction =
        CosineDistance.mean(predicted.index_select(0, both), target.index_select(0, other))
            .mul(Tensors.scalar(2)); // the mean over both directions, twice: their sum
    Loss loss =
        Loss.of("reconstruction", reconstruction).plus("l2", config.l2(), penalty(table)); // eq. 9
    Tensor itemTargets = target.narrow(0, distinctUsers.size(), distinctItems.size());
    for (int m = 0; m < projections.size(); m++) {
      FeatureMatrix matrix = raw.get(m);
      int[] kept =
          IntStream.range(0, distinctItems.size())
              .filter(k -> matrix.isPresent(distinctItems.numbers()[k]))
              .toArray();
      int[] counts = IntStream.of(kept).map(k -> distinctItems.counts()[k]).toArray();
      int[] having = IntStream.of(kept).map(k -> distinctItems.numbers()[k]).toArray();
      Tensor e = projections.get(m).of(having); // eq. 4
      Tensor p = predicted(e);
      Tensor align =
          CosineDistance.mean(p, itemTargets.index_select(0, Tensors.rows(kept)), counts); // eq. 10
      Tensor mask = CosineDistance.mean(p, target(e), counts); // eq. 11
      loss = loss.plus("align-" + matrix.modality(), config.omega(), align);
      loss = loss.plus("mask-" + matrix.modality(), config.omega(), mask);
    }
    return loss;
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }

  /**
   * (‖u‖ + ‖i‖) / I over all nodes, with its gradient by hand, u / (‖u‖ I) and i / (‖i‖ I): the
   * tape would write the whole table several times. Choice: Frobenius norms that are not squared,
   * divided by the items, as the authors' code has it.
   */
  private Tensor penalty(Tensor table) {
    Tensor x = table.detach();
    Tensor norms =
        NoGradient.of(() -> torch.stack(new TensorVector(ofUsers(x).norm(), ofItems(x).norm())));
    return HandWritten.of(
        NoGradient.of(() -> norms.sum().div_(Tensors.scalar((double) itemCount))),
        incoming -> {
          Tensor scale =
              incoming
                  .div(norms.masked_fill(norms.eq(Tensors.scalar(0)), Tensors.scalar(1)))
                  .div_(Tensors.scalar((double) itemCount)); // 2
          Tensor gradient = torch.empty_like(x); // N × D
          torch.mul_out(ofUsers(gradient), ofUsers(x), scale.narrow(0, 0, 1));
          torch.mul_out(ofItems(gradient), ofItems(x), scale.narrow(0, 1, 1));
          return List.of(gradient);
        },
        table);
  }

  private Tensor ofUsers(Tensor table) {
    return table.narrow(0, 0, users); // U × D
  }

  private Tensor ofItems(Tensor table) {
    return table.narrow(0, users, itemCount); // I × D
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<String> terms = new ArrayList<>(List.of("reconstruction", "l2"));
    for (FeatureMatrix matrix : raw) {
      terms.add("align-" + matrix.modality());
      terms.add("mask-" + matrix.modality());
    }
    return List.of(
        Phase.gradient(
            "train",
            new Sampler.PositivePairs(config.optimization().batchSize()),
            this::loss,
            terms,
            parameters.all(),
            config.optimization()));
  }

  /** Eq. 14: the inner products of the predicted vectors. */
  @Override
  public TrainedScorer scorer() {
    return DotProduct.ofNodes(predicted(represented()), users);
  }

  /** The features where they are learnable, else their projections. */
  @Override
  public List<ModalEmbedding> modalEmbeddings() {
    return IntStream.range(0, projections.size())
        .mapToObj(
            m ->
                ModalEmbedding.of(
                    !config.freezeFeatures(),
                    raw.get(m),
                    scaled.get(m),
                    projections.get(m)::features,
                    projections.get(m)::all))
        .toList();
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(scaled);
  }

  @Override
  public void close() {
    owned.close();
  }
}
