package dev.medley.models;

import dev.medley.core.TrainingView;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.UserItemGraph;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * LightGCN: embeddings smoothed over the user–item graph (he2020lightgcn).
 *
 * <p>U users, I items, N = U + I nodes, D dimensions, L layers, B pairs in a batch.
 */
public final class LightGcn implements Model {

  /**
   * What LightGCN leaves open.
   *
   * @param dim D, at least 1
   * @param layers L; 0 is matrix factorisation
   * @param l2 weight of the batch's rows of E⁰
   * @param l2Form how that penalty is written
   * @param optimization how it is trained
   */
  public record Config(int dim, int layers, double l2, Bpr.L2Form l2Form, Optimization optimization)
      implements Hyperparameters {

    /** Section 4.1.2: 64 dimensions, 3 layers, λ = 1e-4, batches of 1024. */
    public static final Config PAPER =
        new Config(64, 3, 1e-4, Bpr.L2Form.SQUARED, new Optimization(1e-3, 1024, 1000, 1, 20));

    /** Two layers, larger batches: docs/benchmarks.md#lightgcn. */
    public static final Config DEFAULT =
        new Config(64, 2, 1e-4, Bpr.L2Form.NORM, Optimization.COMMON.with(4096, 2e-3));

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.atLeast("layers", layers, 0);
      Range.atLeast("l2", l2, 0);
    }

    @Override
    public void check(TrainingView data) {
      Parameters.checkSize("nodes", (long) data.users() + data.items(), dim);
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("dim", DEFAULT.dim),
          settings.integer("layers", DEFAULT.layers),
          settings.number("l2", DEFAULT.l2),
          settings.choice("l2Form", DEFAULT.l2Form),
          Optimization.read(settings, DEFAULT.optimization));
    }
  }

  private final Config config;
  private final int users;
  private final UserItemGraph graph; // Â, N × N, symmetric
  private final Parameters parameters;
  private final Parameter nodes; // E⁰, N × D, users first
  private final Owned owned;

  /** A model at its start. */
  public LightGcn(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.users = input.data().users();
    try (Owned made = new Owned()) {
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.nodes =
          parameters.xavierUniformNodes("nodes", users, input.data().items(), config.dim());
      this.graph = made.add(UserItemGraph.of(input.data().train()));
      this.owned = made.kept();
    }
  }

  /** Eqs. 7–8 and 11: the mean of Âˡ E⁰ over l = 0 … L. */
  private Tensor smoothed() {
    return graph.meanOfPowers(nodes.value(), config.layers()); // N × D
  }

  /** Eq. 15. Choice: the penalty falls on the batch's rows of E⁰, not on all of them. */
  private Loss loss(Batch.Pairs batch) {
    Tensor rows = PairRows.indices(batch, users); // 3B
    PairRows e = PairRows.of(rows, smoothed()); // three of B × D
    PairRows start = PairRows.of(rows, nodes.value());
    return Loss.of("bpr", Bpr.loss(e.users(), e.positives(), e.negatives()))
        .plus("l2", config.l2(), Bpr.l2(config.l2Form(), start.all()));
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
    return DotProduct.ofNodes(smoothed(), users);
  }

  @Override
  public void close() {
    owned.close();
  }
}
