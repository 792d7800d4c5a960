package dev.medley.models;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.Adam;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.BlockedAttention;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ItemAutoencoder;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.LowRankRows;
import dev.medley.models.blocks.ModalFeatures;
import dev.medley.models.blocks.ModalNetwork;
import dev.medley.models.blocks.RatingRows;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.Shapley;
import dev.medley.models.blocks.TotalCorrelation;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * CADMR: an autoencoder of the items' rows of users, whose input an attention over the items'
 * features refines (khalafaoui2024cadmr).
 *
 * <p>U users, I items, R rows of a batch, D columns of a representation, H hidden units, M
 * modalities; X the I × U matrix, X̃ its scaled and, in training, dropped-out rows.
 *
 * <p>Two phases: the first trains the autoencoder on X and the modalities' networks by themselves,
 * the second all of it with the attention in between. No I × U and no I × I array is ever built.
 */
public final class Cadmr implements Explainable {

  /** What the autoencoder of the second phase is given, X′. */
  public enum Attention {
    /** A W_F + 1 b_Fᵀ, as the paper has it (section 3.4). */
    LITERAL,
    /** X̃ + γ rownorm((A + V) W_F + 1 b_Fᵀ). */
    RESIDUAL,
    /** X̃: the paper's ablation without cross-attention. */
    NONE
  }

  /**
   * What is made of the features.
   *
   * @param dim D, a multiple of {@code heads}
   * @param dropout share of each layer's output that training drops, in [0, 1)
   * @param totalCorrelation the estimator of eq. 2
   * @param tcWeight λ of eq. 5, relative to the error by observed entry
   * @param reconstructionWeight of the features' linear reconstruction in the first phase
   * @param featureScaling what is done to the features first
   * @param attention how X′ comes about
   * @param heads that D is split into
   * @param gamma γ of {@link Attention#RESIDUAL}
   */
  public record Modal(
      int dim,
      double dropout,
      TotalCorrelation.Estimator totalCorrelation,
      double tcWeight,
      double reconstructionWeight,
      FeatureScaling featureScaling,
      Attention attention,
      int heads,
      double gamma) {}

  /**
   * What CADMR leaves open.
   *
   * @param autoencoder of the items' rows
   * @param modal what is made of the features
   * @param pretrainLearningRate of the first phase
   * @param pretrainEpochs of the first phase at most, 0 for none
   * @param pretrained whose autoencoder to start from in place of the first phase; empty for none
   * @param optimization of the second phase; its batches, evaluations and patience hold for both
   */
  public record Config(
      AutoencoderSettings autoencoder,
      Modal modal,
      double pretrainLearningRate,
      int pretrainEpochs,
      String pretrained,
      Optimization optimization)
      implements Hyperparameters {

    private static final int FULL = 1 << 20; // rows of a batch: all

    /**
     * Sections 3 and 4; 4 heads (section 5.5), dropout 0.2 (section 4.1) and λ = 0.5 (section 4.3),
     * which weighs less here: see {@link #loss}. Choice: sizes and kernels of the autoencoder are
     * GLocal-K's, which the paper follows; penalties and learning rates are not given there.
     */
    public static final Config PAPER =
        new Config(
            new AutoencoderSettings(
                new ItemAutoencoder.Form(
                    500, 2, ItemAutoencoder.Activation.SIGMOID, KernelWeights.Kernel.LOCAL),
                RatingRows.Scaling.NONE,
                0,
                1,
                1e-5,
                1e-6),
            new Modal(
                64,
                0.2,
                TotalCorrelation.Estimator.GAUSSIAN,
                0.5,
                0,
                FeatureScaling.RAW,
                Attention.LITERAL,
                4,
                1),
            1e-3,
            1000,
            "",
            new Optimization(1e-3, FULL, 1000, 5, 20));

    /** Chosen on validation: docs/models/cadmr.md. */
    public static final Config DEFAULT =
        new Config(
            new AutoencoderSettings(
                new ItemAutoencoder.Form(
                    500, 1, ItemAutoencoder.Activation.TANH, KernelWeights.Kernel.NONE),
                RatingRows.Scaling.SQRT,
                0.5,
                0.05,
                1.6e-4,
                0),
            new Modal(
                64,
                0.2,
                TotalCorrelation.Estimator.GAUSSIAN,
                0,
                0,
                FeatureScaling.RAW,
                Attention.RESIDUAL,
                1,
                0.3),
            6e-3,
            100,
            "",
            new Optimization(1e-3, FULL, 1000, 5, 20));

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(modal.dim);
      Range.atLeast("heads", modal.heads, 1);
      if (modal.dim % modal.heads != 0) {
        throw new InvalidInputException(
            "heads: expected a divisor of dim %d, got %d".formatted(modal.dim, modal.heads));
      }
      Range.atLeast("gamma", modal.gamma, 0);
      Range.within("dropout", modal.dropout, 0, 1);
      Range.atLeast("tcWeight", modal.tcWeight, 0);
      Range.atLeast("reconstructionWeight", modal.reconstructionWeight, 0);
      Range.above("pretrainLearningRate", pretrainLearningRate, 0);
      Range.atLeast("pretrainEpochs", pretrainEpochs, 0);
    }

    @Override
    public void check(TrainingView data) {
      int features = 0;
      for (FeatureMatrix matrix : ModalFeatures.required("cadmr", data.features())) {
        features = Math.max(features, matrix.dimension());
      }
      int hidden = autoencoder.form().hiddenDim();
      Parameters.checkSize("encoder/weight", Math.max(data.users(), hidden), hidden);
      long inputs = Math.max(features, (long) data.features().size() * modal.dim);
      Parameters.checkSize("modal/weight", Math.max(data.users(), inputs), modal.dim);
    }

    /**
     * Reads the keys of this record; {@link #DEFAULT} where one is not given. {@code epochs} caps
     * each phase, the first one too.
     */
    public static Config read(Settings settings) {
      Modal modal = DEFAULT.modal;
      Optimization second = Optimization.read(settings, DEFAULT.optimization);
      int first = Math.min(DEFAULT.pretrainEpochs, second.epochs());
      return new Config(
          AutoencoderSettings.read(settings, DEFAULT.autoencoder),
          new Modal(
              settings.integer("dim", modal.dim),
              settings.number("dropout", modal.dropout),
              settings.choice("totalCorrelation", modal.totalCorrelation),
              settings.number("tcWeight", modal.tcWeight),
              settings.number("reconstructionWeight", modal.reconstructionWeight),
              settings.choice("featureScaling", modal.featureScaling),
              settings.choice("attention", modal.attention),
              settings.integer("heads", modal.heads),
              settings.number("gamma", modal.gamma)),
          settings.number("pretrainLearningRate", DEFAULT.pretrainLearningRate),
          settings.integer("pretrainEpochs", first),
          settings.text(PRETRAINED, DEFAULT.pretrained),
          second);
    }
  }

  /** The key of the run whose parameters {@link ModelInput#pretrained} holds. */
  public static final String PRETRAINED = "pretrained";

  private static final double BETA1 = 0.9; // section 4.3
  private static final double BETA2 = 0.99;
  private static final double EPSILON = 1e-6;

  private final Config config;
  private final Modal modal;
  private final AutoencoderSettings settings;
  private final List<FeatureMatrix> raw;
  private final List<FeatureMatrix> features; // scaled
  private final Parameters parameters;
  private final RatingRows ratings; // X̃, I × U
  private final ItemAutoencoder autoencoder;
  private final List<ModalNetwork> networks = new ArrayList<>();
  private final @Nullable CrossAttention attention; // none under Attention.NONE
  private final Owned owned;
  private boolean attending = true; // whether X′ is more than X̃: not in the first phase

  /** The parameters of eqs. 3 and 4; W_F and b_F of the feed-forward layer after them. */
  private record CrossAttention(
      Parameter fusion, // W, M D × D
      Parameter fusionBias, // b, D
      Parameter query, // W_Q, U × D
      Parameter key, // W_K, D × D
      Parameter value, // W_V, D × D
      Parameter feedforward, // W_Fᵀ, U × D
      Parameter feedforwardBias) { // b_F, U

    static CrossAttention of(Parameters parameters, int users, int modalities, int dim) {
      long joined = (long) modalities * dim;
      double bound = 1 / Math.sqrt(dim);
      return new CrossAttention(
          parameters.uniform("fusion/weight", 1 / Math.sqrt((double) joined), joined, dim),
          parameters.uniform("fusion/bias", 1 / Math.sqrt((double) joined), dim),
          parameters.uniform(
              "query/weight",
              1,
              users,
              dim), // Choice: rows of X̃ are short (length 1 by default), not √U
          parameters.uniform("key/weight", bound, dim, dim),
          parameters.uniform("value/weight", bound, dim, dim),
          parameters.uniform("feedforward/weight", bound, users, dim),
          parameters.uniform("feedforward/bias", bound, users));
    }

    /** M of the feed-forward layer, [W_F; b_F], transposed: U × (D + 1). */
    Tensor feedforwardRows() {
      return torch.cat(
          new TensorVector(feedforward.value(), feedforwardBias.value().unsqueeze(1)), 1);
    }
  }

  /**
   * A model at its start.
   *
   * @throws InvalidInputException if there is no modality, or the pre-trained autoencoder has other
   *     sizes
   */
  public Cadmr(Config config, ModelInput input) {
    config.check(input.data());
    int users = input.data().users();
    Map<String, List<Long>> shapes = config.autoencoder().form().shapes(users);
    boolean ready = !config.pretrained().isEmpty();
    if (ready) {
      input.pretrained().require(shapes);
    }
    this.config = config;
    this.modal = config.modal();
    this.settings = config.autoencoder();
    this.raw = input.data().features();
    this.features = raw.stream().map(modal.featureScaling()::fit).toList();
    try (Owned made = new Owned()) {
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.autoencoder = new ItemAutoencoder(settings.form(), users, parameters);
      if (ready) {
        shapes.keySet().forEach(name -> parameters.set(name, input.pretrained().numbers(name)));
      }
      this.ratings =
          made.add(RatingRows.of(input.data().train(), settings.inputScaling(), parameters));
      if (modal.attention() == Attention.NONE) {
        this.attention = null; // nothing of the features could reach a score
      } else {
        boolean decoded = modal.reconstructionWeight() > 0 && pretrains();
        for (FeatureMatrix matrix : features) {
          networks.add(
              made.add(
                  new ModalNetwork(matrix, modal.dim(), modal.dropout(), decoded, parameters)));
        }
        this.attention = CrossAttention.of(parameters, users, features.size(), modal.dim());
      }
      this.owned = made.kept();
    }
  }

  private boolean pretrains() {
    return config.pretrained().isEmpty() && config.pretrainEpochs() > 0;
  }

  /** Eq. 1: h_m of every modality, M of I × D. */
  private List<Tensor> represented(boolean training) {
    return networks.stream().map(network -> network.all(training)).toList();
  }

  /** Eq. 3: h_f, I × D. Choice: N has no gain and no bias; f is GELU. */
  private Tensor fused(CrossAttention part, List<Tensor> modalities) {
    Tensor joined = torch.cat(new TensorVector(modalities.toArray(new Tensor[0])), 1); // I × M D
    return torch.gelu(
        torch.addmm(part.fusionBias.value(), ModalNetwork.normalized(joined), part.fusion.value()));
  }

  /**
   * X′ W₁ without X′ (section 3.4): the attention's part has rank D + 1.
   *
   * @param rows X̃ of R items
   * @param values its entries, dropped out or not
   * @param items whose rows those are; null for all in order
   * @param modalities h_m, M of I × D
   * @return R × H
   */
  private Tensor projected(
      RatingRows rows, Tensor values, int @Nullable [] items, List<Tensor> modalities) {
    Tensor weight = autoencoder.encoderWeight(); // W₁, U × H
    if (attention == null || !attending) {
      return rows.times(values, weight);
    }
    Tensor fused = fused(attention, modalities); // h_f, I × D
    Tensor query = rows.times(values, attention.query.value()); // Q = X̃ W_Q, R × D
    Tensor key = torch.mm(fused, attention.key.value()); // K, I × D
    Tensor value = torch.mm(fused, attention.value.value()); // V, I × D
    Tensor attended = BlockedAttention.of(query, key, value, modal.heads()); // A of eq. 4, R × D
    Tensor table = attention.feedforwardRows(); // Mᵀ, U × (D + 1)
    if (modal.attention() == Attention.LITERAL) {
      return LowRankRows.product(withOne(attended), table, weight); // [A, 1] (M W₁)
    }
    Tensor own = items == null ? value : value.index_select(0, Tensors.rows(items)); // R × D
    return rows.times(values, weight)
        .add(
            LowRankRows.normalizedProduct(withOne(attended.add(own)), table, weight)
                .mul(Tensors.scalar(modal.gamma())));
  }

  private static Tensor withOne(Tensor x) {
    return torch.cat(
        new TensorVector(x, torch.ones(new long[] {x.size(0), 1}, x.options())), 1); // R × (D + 1)
  }

  /**
   * Eq. 5 with the penalties of section 4.1; in the first phase also what teaches the networks.
   * Deviation: the error is divided by the observed entries |Ω|, where the paper's mean runs over
   * all I U; λ and the penalties are relative to that, so the paper's λ = 0.5 would be 0.5 I U /
   * |Ω| here.
   */
  private Loss loss(Batch.ItemRows batch, boolean first) {
    boolean whole = batch.size() == ratings.count();
    RatingRows rows = whole ? ratings : ratings.rows(batch.items());
    Tensor values = rows.dropped(settings.inputDropout()); // first: the same whatever follows
    boolean modalities = !first || teaches();
    List<Tensor> h = modalities ? represented(true) : List.of();
    Tensor hidden =
        autoencoder.hidden(projected(rows, values, whole ? null : batch.items(), h)); // R × H
    Loss loss = Loss.of("mse", autoencoder.error(rows, settings.w0(), hidden));
    if (modal.tcWeight() > 0 && attention != null) {
      loss = loss.plus("tc", modal.tcWeight(), sum(h, this::totalCorrelation));
    }
    if (first && modal.reconstructionWeight() > 0 && attention != null) {
      loss =
          loss.plus("features", modal.reconstructionWeight(), sum(h, ModalNetwork::reconstruction));
    }
    loss = loss.plus("l2", settings.l2(), autoencoder.penalty());
    return settings.kernelized()
        ? loss.plus("kernel-l2", settings.kernelL2(), autoencoder.kernelPenalty())
        : loss;
  }

  /** Whether the first phase moves the modalities' networks. */
  private boolean teaches() {
    return attention != null && (modal.tcWeight() > 0 || modal.reconstructionWeight() > 0);
  }

  private Tensor sum(List<Tensor> h, BiFunction<ModalNetwork, Tensor, Tensor> term) {
    return IntStream.range(0, h.size())
        .mapToObj(m -> term.apply(networks.get(m), h.get(m)))
        .reduce(Tensor::add)
        .orElseThrow();
  }

  /**
   * Eq. 2 over the items that have the modality. Deviation: its sign is that of a divergence, which
   * the paper's formula reverses.
   */
  private Tensor totalCorrelation(ModalNetwork network, Tensor h) {
    return modal.totalCorrelation().of(modal.dim()).of(network.present(h));
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<Phase> phases = new ArrayList<>();
    if (pretrains()) {
      List<Parameter> moved =
          parameters.all().stream().filter(parameter -> movesFirst(parameter.name())).toList();
      phases.add(
          phase(
              "pretrain",
              true,
              moved,
              config.pretrainLearningRate(),
              Math.min(config.pretrainEpochs(), config.optimization().epochs())));
    }
    List<Parameter> moved =
        parameters.all().stream().filter(one -> !one.name().contains("/decoder/")).toList();
    Optimization second = config.optimization();
    phases.add(phase("finetune", false, moved, second.learningRate(), second.epochs()));
    return phases;
  }

  private boolean movesFirst(String name) {
    return name.startsWith("modal/")
        ? teaches()
        : settings.form().shapes(ratings.pattern().columns()).containsKey(name);
  }

  private Phase phase(
      String name, boolean first, List<Parameter> moved, double learningRate, int epochs) {
    Optimization each = config.optimization();
    return new Phase.Gradient<>(
        name,
        new Sampler.ItemRows(each.batchSize()),
        batch -> loss(batch, first),
        terms(first),
        moved,
        new Adam.Settings(learningRate, BETA1, BETA2, EPSILON, 0),
        epoch -> 1,
        epochs,
        each.evaluateEvery(),
        each.patience(),
        (epoch, random) -> attending = !first);
  }

  private List<String> terms(boolean first) {
    List<String> terms = new ArrayList<>(List.of("mse"));
    if (modal.tcWeight() > 0 && attention != null) {
      terms.add("tc");
    }
    if (first && modal.reconstructionWeight() > 0 && attention != null) {
      terms.add("features");
    }
    terms.add("l2");
    if (settings.kernelized()) {
      terms.add("kernel-l2");
    }
    return terms;
  }

  /** Section 3.5: column u of the reconstruction ranks the items of user u. */
  @Override
  public TrainedScorer scorer() {
    List<Tensor> h = attending ? represented(false) : List.of();
    return autoencoder.scorer(
        autoencoder.hidden(projected(ratings, ratings.values(), null, h))); // I × H
  }

  /** The behaviour, then the modalities. */
  @Override
  public List<String> parts() {
    return Stream.concat(Stream.of("behaviour"), raw.stream().map(FeatureMatrix::modality))
        .toList();
  }

  /**
   * The behaviour's summand is the score with X′ = X̃; the rest is divided over the modalities by
   * Shapley values (shapley1953value), an absent modality's h_m being its mean over the items.
   */
  @Override
  public double[][] summands(int user, int[] items) {
    try (Scope scope = Scope.open()) {
      return NoGradient.of(
          () -> {
            RatingRows rows = ratings.rows(items);
            List<Tensor> h = represented(false);
            Tensor plain = rows.times(rows.values(), autoencoder.encoderWeight());
            double[] behaviour = scores(user, plain);
            return Shapley.of(
                behaviour,
                raw.size(),
                present -> attention == null ? behaviour : with(user, rows, items, h, present));
          });
    }
  }

  private double[] with(
      int user, RatingRows rows, int[] items, List<Tensor> h, IntPredicate present) {
    List<Tensor> seen =
        IntStream.range(0, h.size())
            .mapToObj(m -> present.test(m) ? h.get(m) : ModalNetwork.absent(h.get(m)))
            .toList();
    return scores(user, projected(rows, rows.values(), items, seen));
  }

  private double[] scores(int user, Tensor projected) {
    return Tensors.toDoubles(autoencoder.scores(user, autoencoder.hidden(projected)));
  }

  /** Eq. 4's weights, the mean over the heads. */
  @Override
  public List<Attended> attended(int item, int count) {
    CrossAttention part = attention;
    if (part == null) {
      return List.of();
    }
    float[] weights;
    try (Scope scope = Scope.open()) {
      weights =
          NoGradient.of(
              () -> {
                RatingRows row = ratings.rows(new int[] {item});
                Tensor query = row.times(row.values(), part.query.value()); // 1 × D
                Tensor key = torch.mm(fused(part, represented(false)), part.key.value()); // I × D
                return Tensors.toFloats(
                    BlockedAttention.weights(query, key, modal.heads())
                        .to(torch.ScalarType.Float)
                        .view(-1));
              });
    }
    return IntStream.range(0, weights.length)
        .mapToObj(other -> new Attended(other, weights[other]))
        .sorted(Comparator.comparingDouble(Attended::weight).reversed())
        .limit(count)
        .toList();
  }

  @Override
  public List<ScaledFeatures> fitted() {
    return ModalFeatures.fitted(features);
  }

  @Override
  public List<ModalEmbedding> modalEmbeddings() {
    return IntStream.range(0, networks.size())
        .mapToObj(m -> new ModalEmbedding(raw.get(m), false, () -> networks.get(m).all(false)))
        .toList();
  }

  @Override
  public void close() {
    owned.close();
  }
}
