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
import dev.medley.engine.UserItemGraph;
import dev.medley.models.blocks.AttentionKeys;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.CrossSelfAttention;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.HistoryAttention;
import dev.medley.models.blocks.ItemGraph;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ModalItems;
import dev.medley.models.blocks.ModalPairs;
import dev.medley.models.blocks.ModalitySelector;
import dev.medley.models.blocks.PrunedGraph;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.Summands;
import dev.medley.models.blocks.TrainedScorer;
import dev.medley.models.blocks.WeightedItemGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * MR-CSAF: per modality, items smoothed over a graph of items that look alike, in which a selector
 * weighs the modalities, and items that attend to each other within and across modalities, smoothed
 * over the user–item graph (li2025mrcsaf).
 *
 * <p>U users, I items, N = U + I nodes, M modalities, F_m features, D dimensions, L layers, B pairs
 * in a batch, J keys. An item without modality m has e_m = 0, no selector weight for m, is no key,
 * attends nothing and is left out of m's feature loss; with one modality c_m = e_m.
 */
public final class MrCsaf implements Explainable {
  /** Which score BPR is taken of. */
  public enum PairLoss {
    /** The sum over the modalities. Choice: what is ranked is what is trained. */
    JOINT,
    /** Each modality's by itself (eq. 26). */
    PER_MODALITY
  }

  /** Which parts it consists of (sections 4.2, 4.3). */
  public enum Variant {
    /** All. */
    FULL,
    /** The selector without attention: ė_m = e_m. */
    AMS_ONLY,
    /** Attention with the same weight for each modality. */
    CSAF_ONLY,
    /**
     * The selector, and in place of CSAF users who attend their own items. Choice: the paper gives
     * no equations; queries are the mean of the user's items in one modality, keys and values the
     * items in the others, and what comes out is added to the user's embedding.
     */
    CAM
  }

  /**
   * What MR-CSAF leaves open.
   *
   * @param dim D, at least 1
   * @param layers L on the user–item graph (n of eq. 20), at least 0
   * @param neighbors k of the item graphs, at least 1 and fewer than the items
   * @param itemLayers a of eq. 7, convolutions over the item graph, at least 1
   * @param itemEmbedding what e_m is made of
   * @param freezeFeatures whether x_m in e_m stays as it is
   * @param featureScaling what is done to x_m in e_m; the item graphs see the features raw
   * @param variant which parts are there
   * @param selectorAxis whose weight counts in the item graph
   * @param selectorHidden units of the selector's hidden layer, at least 1
   * @param attentionInput what queries and keys are made of
   * @param attentionKeys how many keys a training step attends; scores always use all
   * @param fusion how cross- and self-attention become one
   * @param loss which score BPR is taken of
   * @param omega ω, the weight of the feature losses; without it they have no parameters
   * @param l2 weight of the batch's rows of U_m and e_m. Choice: the paper has no such term
   * @param l2Form how that penalty is written
   * @param edgeDropout ρ, the share of interactions left out each epoch, in [0, 1)
   * @param optimization how it is trained
   */
  public record Config(
      int dim,
      int layers,
      int neighbors,
      int itemLayers,
      ModalItems.Form itemEmbedding,
      boolean freezeFeatures,
      FeatureScaling featureScaling,
      Variant variant,
      WeightedItemGraph.Axis selectorAxis,
      int selectorHidden,
      CrossSelfAttention.Input attentionInput,
      AttentionKeys attentionKeys,
      CrossSelfAttention.Fusion fusion,
      PairLoss loss,
      double omega,
      double l2,
      Bpr.L2Form l2Form,
      double edgeDropout,
      Optimization optimization)
      implements Hyperparameters {

    /** The equations as they stand; sections 3.4, 4.3 for numbers, FREEDOM's for the rest. */
    public static final Config PAPER =
        new Config(
            64,
            2,
            10,
            1,
            ModalItems.Form.PROJECTED,
            false,
            FeatureScaling.RAW,
            Variant.FULL,
            WeightedItemGraph.Axis.ROW,
            16,
            CrossSelfAttention.Input.EMBEDDINGS,
            AttentionKeys.ALL,
            CrossSelfAttention.Fusion.LINEAR,
            PairLoss.PER_MODALITY,
            1e-5,
            0,
            Bpr.L2Form.SQUARED,
            0.8,
            Optimization.COMMON);

    /** Chosen on validation: docs/models/mr-csaf.md. */
    public static final Config DEFAULT =
        new Config(
            64,
            2,
            10,
            1,
            ModalItems.Form.ID_GATED,
            true,
            FeatureScaling.ZSCORE_L2,
            Variant.FULL,
            WeightedItemGraph.Axis.ROW,
            16,
            CrossSelfAttention.Input.FEATURES,
            AttentionKeys.of(256),
            CrossSelfAttention.Fusion.MEAN,
            PairLoss.JOINT,
            1e-5,
            0,
            Bpr.L2Form.SQUARED,
            0.3,
            Optimization.COMMON.with(4096, 2e-3).patient(40));

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.atLeast("layers", layers, 0);
      Range.atLeast("neighbors", neighbors, 1);
      Range.atLeast("itemLayers", itemLayers, 1);
      Range.atLeast("selectorHidden", selectorHidden, 1);
      Range.atLeast("omega", omega, 0);
      Range.atLeast("l2", l2, 0);
      Range.within("edgeDropout", edgeDropout, 0, 1);
    }

    @Override
    public void check(TrainingView data) {
      int modalities = ModalFeatures.required("mr-csaf", data.features()).size();
      if (variant == Variant.CAM && modalities < 2) {
        throw new InvalidInputException(
            "model mr-csaf with variant=cam: expected features of at least 2 modalities, one to ask and one to answer, got %d; choose another variant"
                .formatted(modalities));
      }
      Range.fewerNeighbors(neighbors, data.items());
      Parameters.checkSize("items", data.items(), dim);
      Parameters.checkSize("users", data.users(), dim);
      Parameters.checkSize("selector/weight", (long) modalities * dim, selectorHidden);
      for (FeatureMatrix matrix : data.features()) {
        Parameters.checkSize("item/" + matrix.modality() + "/weight", matrix.dimension(), dim);
        Parameters.checkSize("features/" + matrix.modality(), data.items(), matrix.dimension());
      }
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("dim", DEFAULT.dim),
          settings.integer("layers", DEFAULT.layers),
          settings.integer("neighbors", DEFAULT.neighbors),
          settings.integer("itemLayers", DEFAULT.itemLayers),
          settings.choice("itemEmbedding", DEFAULT.itemEmbedding),
          settings.flag("freezeFeatures", DEFAULT.freezeFeatures),
          settings.choice("featureScaling", DEFAULT.featureScaling),
          settings.choice("variant", DEFAULT.variant),
          settings.choice("selectorAxis", DEFAULT.selectorAxis),
          settings.integer("selectorHidden", DEFAULT.selectorHidden),
          settings.choice("attentionInput", DEFAULT.attentionInput),
          new AttentionKeys(settings.text("attentionKeys", DEFAULT.attentionKeys.text())),
          settings.choice("fusion", DEFAULT.fusion),
          settings.choice("loss", DEFAULT.loss),
          settings.number("omega", DEFAULT.omega),
          settings.number("l2", DEFAULT.l2),
          settings.choice("l2Form", DEFAULT.l2Form),
          settings.number("edgeDropout", DEFAULT.edgeDropout),
          Optimization.read(settings, DEFAULT.optimization));
    }

    private boolean hasAttention() {
      return variant == Variant.FULL || variant == Variant.CSAF_ONLY;
    }
  }

  private final Config config;
  private final Interactions train;
  private final int users;
  private final List<FeatureMatrix> features; // raw
  private final WeightedItemGraph similar; // S̃_m, each I × I
  private final PrunedGraph graph; // Â and Â_ρ, N × N
  private final Parameters parameters;
  private final @Nullable Parameter items; // E_item, I × D
  private final List<ModalItems> modal = new ArrayList<>(); // x_m, W_m, b_m
  private final List<Parameter> userTables = new ArrayList<>(); // U_m, U × D
  private final @Nullable ModalitySelector selector;
  private final @Nullable CrossSelfAttention attention;
  private final @Nullable HistoryAttention history;
  private final List<Parameter> lossWeights = new ArrayList<>(); // W′_m, D × D
  private final List<Parameter> lossBiases = new ArrayList<>(); // b′_m, D
  private final Owned owned;

  /**
   * A model at its start.
   *
   * @throws InvalidInputException if there are too few modalities, or not more items than
   *     neighbours
   */
  public MrCsaf(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.train = input.data().train();
    this.users = train.users();
    this.features = input.data().features();
    int dim = config.dim;
    try (Owned made = new Owned()) {
      this.similar =
          made.add(
              WeightedItemGraph.of(
                  features.stream()
                      .map(matrix -> input.graphs().nearest(matrix, config.neighbors))
                      .toList(),
                  ItemGraph.Edges.ONE)); // eqs. 2–3
      this.graph = made.add(PrunedGraph.of(train, config.edgeDropout));
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.items =
          config.itemEmbedding == ModalItems.Form.ID_GATED
              ? parameters.xavierUniform("items", train.items(), dim)
              : null;
      double bound = 1 / Math.sqrt(dim);
      for (FeatureMatrix matrix : features) {
        String name = matrix.modality();
        userTables.add(parameters.xavierUniform("users/" + name, users, dim));
        modal.add(
            made.add(
                new ModalItems(
                    config.itemEmbedding,
                    matrix,
                    config.featureScaling,
                    config.freezeFeatures,
                    dim,
                    parameters)));
        if (config.omega > 0) {
          lossWeights.add(parameters.uniform("loss/" + name + "/weight", bound, dim, dim));
          lossBiases.add(parameters.uniform("loss/" + name + "/bias", bound, dim));
        }
      }
      this.selector =
          config.variant == Variant.CSAF_ONLY
              ? null
              : new ModalitySelector(parameters, features.size(), dim, config.selectorHidden);
      this.attention =
          config.hasAttention()
              ? made.add(
                  new CrossSelfAttention(
                      config.attentionInput,
                      config.fusion,
                      config.attentionKeys,
                      modal,
                      dim,
                      parameters))
              : null;
      this.history =
          config.variant == Variant.CAM
              ? made.add(new HistoryAttention(train, features, dim, parameters))
              : null;
      this.owned = made.kept();
    }
  }

  /** e_m of each modality, I × D: where the paper has its extracted features. */
  private List<Tensor> embedded() {
    Tensor ids = items == null ? null : items.value();
    return modal.stream().map(each -> each.embedded(ids)).toList();
  }

  /** Eqs. 4–5: w, I × M. */
  private Tensor weights(List<Tensor> embedded) {
    Tensor present = ModalItems.presence(modal); // I × M
    return selector == null
        ? ModalitySelector.equal(present)
        : selector.weights(beside(embedded), present);
  }

  /**
   * Eqs. 6–24: u_m and p_m of all modalities side by side, users first, so that a user's row times
   * an item's is Σ_m u_m · p_m (eq. 25; Choice: the score is the sum over m).
   *
   * @param embedded e_m
   * @param sample whether attention takes a sample of the keys
   * @return N × MD
   */
  private Tensor represented(List<Tensor> embedded, UserItemGraph graph, boolean sample) {
    Tensor w = weights(embedded); // I × M
    Tensor h = beside(embedded); // I × MD
    for (int layer = 0; layer < config.itemLayers; layer++) {
      h = similar.times(h, w, config.selectorAxis); // eqs. 6–7
    }
    List<Tensor> fused = attention == null ? embedded : attention.fused(embedded, sample);
    Tensor start = torch.cat(new TensorVector(userStart(embedded), beside(fused)), 0); // eq. 19
    // Choice: Z of eq. 20 is normalised, and the divisor of eq. 21 is n + 1.
    Tensor smoothed = graph.meanOfPowers(start, config.layers); // N × MD
    Tensor u = smoothed.narrow(0, 0, users); // eq. 23, U × MD
    Tensor p = smoothed.narrow(0, users, train.items()).add(h); // eqs. 22 and 24, I × MD
    return torch.cat(new TensorVector(u, p), 0);
  }

  private Tensor userStart(List<Tensor> embedded) {
    Tensor tables = beside(userTables.stream().map(Parameter::value).toList()); // U × MD
    return history == null ? tables : tables.add(beside(history.attended(embedded)));
  }

  private static Tensor beside(List<Tensor> tables) {
    return torch.cat(new TensorVector(tables.toArray(new Tensor[0])), 1);
  }

  /** Eqs. 26–29; each BPR is a mean over the batch. */
  private Loss loss(Batch.Pairs batch) {
    List<Tensor> embedded = embedded();
    Tensor table = represented(embedded, graph.kept(), true); // N × MD
    PairRows e = PairRows.of(PairRows.indices(batch, users), table); // three of B × MD
    Loss loss = Loss.of("bpr", pairLoss(e));
    for (int m = 0; m < lossWeights.size(); m++) {
      loss =
          loss.plus(
              featureTerm(m), config.omega, featureLoss(m, embedded, part(e.users(), m), batch));
    }
    if (config.l2 > 0) {
      loss = loss.plus("l2", config.l2, Bpr.l2(config.l2Form, startRows(embedded, batch)));
    }
    return loss;
  }

  /** The batch's rows of U_m and e_m, before any smoothing: 3 × B × MD. */
  private Tensor startRows(List<Tensor> embedded, Batch.Pairs batch) {
    Tensor rows = PairRows.indices(batch, users); // 3B
    Tensor tables = beside(userTables.stream().map(Parameter::value).toList()); // U × MD
    Tensor table = torch.cat(new TensorVector(tables, beside(embedded)), 0); // N × MD
    return PairRows.of(rows, table).all();
  }

  private Tensor pairLoss(PairRows e) {
    if (config.loss == PairLoss.JOINT) {
      return Bpr.loss(e.users(), e.positives(), e.negatives());
    }
    Tensor sum = null;
    for (int m = 0; m < modal.size(); m++) {
      Tensor term = Bpr.loss(part(e.users(), m), part(e.positives(), m), part(e.negatives(), m));
      sum = sum == null ? term : sum.add(term);
    }
    return Objects.requireNonNull(sum);
  }

  /** Columns of modality m. */
  private Tensor part(Tensor rows, int m) {
    return rows.narrow(1, (long) m * config.dim, config.dim); // B × D
  }

  private String featureTerm(int m) {
    return "bpr-" + features.get(m).modality();
  }

  /** Eqs. 27–28, over the pairs of which both items have the modality. */
  private Tensor featureLoss(int m, List<Tensor> embedded, Tensor u, Batch.Pairs batch) {
    return ModalPairs.bpr(
        u,
        batch.positives(),
        batch.negatives(),
        features.get(m),
        chosen ->
            torch.addmm(
                lossBiases.get(m).value(),
                embedded.get(m).index_select(0, Tensors.rows(chosen)),
                lossWeights.get(m).value())); // 2n × D
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<String> terms = new ArrayList<>(List.of("bpr"));
    for (int m = 0; m < lossWeights.size(); m++) {
      terms.add(featureTerm(m));
    }
    if (config.l2 > 0) {
      terms.add("l2");
    }
    return List.of(
        Phase.onPairs(this::loss, terms, parameters.all(), config.optimization)
            .atEpochStart(graph::prune));
  }

  /** Scores with all edges and all keys. */
  @Override
  public TrainedScorer scorer() {
    return NoGradient.of(
        () -> DotProduct.ofNodes(represented(embedded(), graph.whole(), false), users));
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(modal.stream().map(ModalItems::scaled).toList());
  }

  @Override
  public List<ModalEmbedding> modalEmbeddings() {
    List<ModalEmbedding> all = new ArrayList<>();
    for (int m = 0; m < modal.size(); m++) {
      ModalItems each = modal.get(m);
      Tensor ids = items == null ? null : items.value();
      all.add(
          ModalEmbedding.of(
              each.learnable(),
              each.raw(),
              each.scaled(),
              each::features,
              () -> each.embedded(ids)));
    }
    return all;
  }

  /** The modalities. */
  @Override
  public List<String> parts() {
    return features.stream().map(FeatureMatrix::modality).toList();
  }

  /** u_m · p_m of each modality (eq. 25). */
  @Override
  public double[][] summands(int user, int[] chosen) {
    try (Scope scope = Scope.open()) {
      return NoGradient.of(
          () -> {
            Tensor table = represented(embedded(), graph.whole(), false); // N × MD
            int[] widths = new int[modal.size()];
            Arrays.fill(widths, config.dim);
            return Summands.ofColumns(table, widths, users, user, chosen);
          });
    }
  }

  /** What the selector gives each modality for an item (eq. 5). */
  @Override
  public Map<String, Double> weights(int item) {
    if (selector == null) {
      return Map.of();
    }
    try (Scope scope = Scope.open()) {
      double[] row = NoGradient.of(() -> Tensors.toDoubles(weights(embedded()).narrow(0, item, 1)));
      Map<String, Double> named = new LinkedHashMap<>();
      for (int m = 0; m < row.length; m++) {
        named.put(features.get(m).modality(), row[m]);
      }
      return named;
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
