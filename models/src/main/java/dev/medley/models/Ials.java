package dev.medley.models;

import dev.medley.core.Interactions;
import dev.medley.core.TrainingView;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.ImplicitLeastSquares;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * iALS: matrix factorisation of all of R, in which what a user has counts more than what it does
 * not have, by alternating least squares (hu2008collaborative; solved by conjugate gradients as in
 * takacs2011applications).
 *
 * <p>U users, I items, D dimensions; X is U × D, Y is I × D. Eq. 3: Σ_ui c_ui (r_ui − x_u·y_i)² +
 * Σ_u λ_u‖x_u‖² + Σ_i λ_i‖y_i‖² over all pairs, with c_ui = 1 + α r_ui (section 4); score X Yᵀ.
 */
public final class Ials implements Model {

  /** What is tried where α is left open; validation decides. */
  private static final List<Double> ALPHAS = List.of(1.0, 2.0, 5.0, 10.0, 20.0, 40.0);

  /**
   * What iALS leaves open.
   *
   * @param dim D, at least 1
   * @param alpha α, what an interaction's confidence is above 1, at least 0; null: validation
   *     decides among 1, 2, 5, 10, 20, 40
   * @param l2 λ, above 0
   * @param scaledRegularization whether a row's λ is multiplied by its number of interactions
   * @param epochs sweeps over items and users, at least 1
   * @param cgSteps of conjugate gradients for each half of a sweep, at least 1
   */
  public record Config(
      int dim,
      @Nullable Double alpha,
      double l2,
      boolean scaledRegularization,
      int epochs,
      int cgSteps)
      implements Hyperparameters {

    /** Validation decides α; λ and its scaling: docs/models/ials.md. */
    public static final Config DEFAULT = new Config(64, null, 10, true, 15, 3);

    /** Refuses values out of range. */
    public Config {
      Range.dimensions(dim);
      Range.openAtLeast("alpha", alpha, 0);
      Range.above("l2", l2, 0);
      Range.atLeast("epochs", epochs, 1);
      Range.atLeast("cgSteps", cgSteps, 1);
    }

    @Override
    public void check(TrainingView data) {
      Parameters.checkSize("users", data.users(), dim);
      Parameters.checkSize("items", data.items(), dim);
    }

    /** Reads the keys of this record; {@link #DEFAULT} where one is not given. */
    public static Config read(Settings settings) {
      return new Config(
          settings.integer("dim", DEFAULT.dim),
          settings.openNumber("alpha"),
          settings.number("l2", DEFAULT.l2),
          settings.flag("scaledRegularization", DEFAULT.scaledRegularization),
          settings.integer("epochs", DEFAULT.epochs),
          settings.integer("cgSteps", DEFAULT.cgSteps));
    }
  }

  private final Config config;
  private final Interactions train;
  private final Parameters parameters;
  private final Parameter users; // X, U × D
  private final Parameter items; // Y, I × D
  private final Tensor start; // of X, so that every α begins alike

  /** A model at its start. Choice: X Xavier normal, Y zero, which the first half sweep replaces. */
  public Ials(Config config, ModelInput input) {
    config.check(input.data());
    this.config = config;
    this.train = input.data().train();
    try (Owned made = new Owned();
        Scope scope = Scope.open()) {
      this.parameters = made.add(Parameters.from(input.seed(), input.precision()));
      this.users = parameters.xavierNormal("users", train.users(), config.dim());
      this.items = parameters.zeros("items", train.items(), config.dim());
      this.start = scope.release(users.value().detach().clone());
      made.kept();
    }
  }

  /** Eqs. 4 and 5 in turn. Choice: items first, so that the users' vectors fit the last items'. */
  private void fit(double alpha) {
    ImplicitLeastSquares ofItems = half(train.transposed(), alpha);
    ImplicitLeastSquares ofUsers = half(train, alpha);
    try (Scope scope = Scope.open()) {
      Tensor x = users.value().detach(); // U × D
      Tensor y = items.value().detach(); // I × D
      NoGradient.run(
          () -> {
            x.copy_(start);
            y.zero_();
          });
      for (int sweep = 0; sweep < config.epochs(); sweep++) {
        ofItems.solve(x, y);
        ofUsers.solve(y, x);
      }
    }
  }

  private ImplicitLeastSquares half(Interactions rows, double alpha) {
    return new ImplicitLeastSquares(
        rows, alpha, config.l2(), config.scaledRegularization(), config.cgSteps());
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<Phase> phases() {
    List<Double> alphas = config.alpha() == null ? ALPHAS : List.of(config.alpha());
    return List.of(
        new Phase.ClosedForm(
            "fit",
            alphas.stream()
                .map(alpha -> new Phase.Candidate(Map.of("alpha", alpha), () -> fit(alpha)))
                .toList()));
  }

  @Override
  public TrainedScorer scorer() {
    return DotProduct.of(users.value(), items.value());
  }

  @Override
  public void close() {
    Scope.free(start);
    parameters.close();
  }
}
