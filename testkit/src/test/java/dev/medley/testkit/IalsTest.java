package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.Ials;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.blocks.ImplicitLeastSquares;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** iALS against a dense solve of each row. */
class IalsTest {
  private static final int DIM = 4;
  private static final double ALPHA = 7;
  private static final double L2 = 0.3;

  static {
    Engine.start(1);
  }

  /** 20 users × 30 items, of which some have nobody; the last user has nothing. */
  private static Interactions train() {
    Interactions full = ContractData.of(0).dataset().train();
    int[] users =
        Arrays.stream(full.userOfEach()).filter(user -> user < full.users() - 1).toArray();
    return Interactions.ofPairs(
        full.users(), full.items() + 2, users, Arrays.copyOf(full.columns(), users.length));
  }

  private static double[][] random(int rows, long seed) {
    RandomStream random = new Seed(seed).stream();
    double[][] table = new double[rows][DIM];
    for (double[] row : table) {
      for (int k = 0; k < DIM; k++) {
        row[k] = random.nextGaussian();
      }
    }
    return table;
  }

  private static double[] flat(double[][] table) {
    return Stream.of(table).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[][] table(Tensor values) {
    double[] flat = Doubles.toArray(values);
    double[][] table = new double[flat.length / DIM][];
    for (int row = 0; row < table.length; row++) {
      table[row] = Arrays.copyOfRange(flat, row * DIM, (row + 1) * DIM);
    }
    return table;
  }

  /** Conjugate gradients end in the solution after D steps, wherever they begin. */
  @Test
  void asManyStepsAsDimensionsGiveTheDenseSolution() {
    Interactions train = train();
    double[][] y = random(train.items(), 1);
    for (boolean scaled : new boolean[] {false, true}) {
      try (Scope scope = Scope.open()) {
        Tensor x = Doubles.of(flat(random(train.users(), 2)), train.users(), DIM);
        new ImplicitLeastSquares(train, ALPHA, L2, scaled, DIM)
            .solve(Doubles.of(flat(y), train.items(), DIM), x);
        assertThat(
                Doubles.largestDifference(
                    Doubles.toArray(x),
                    flat(LiteralLeastSquares.solve(train, y, ALPHA, L2, scaled))))
            .isLessThan(1e-10);
      }
    }
  }

  /** What is solved stays solved; the residual of a row without interactions is zero throughout. */
  @Test
  void aSolutionIsNotChanged() {
    Interactions train = train();
    double[][] y = random(train.items(), 1);
    double[] solution = flat(LiteralLeastSquares.solve(train, y, ALPHA, L2, false));
    try (Scope scope = Scope.open()) {
      Tensor x = Doubles.of(solution, train.users(), DIM);
      new ImplicitLeastSquares(train, ALPHA, L2, false, 3 * DIM)
          .solve(Doubles.of(flat(y), train.items(), DIM), x);
      assertThat(Doubles.largestDifference(Doubles.toArray(x), solution)).isLessThan(1e-10);
    }
  }

  /** One step of steepest descent, which is what conjugate gradients begin with, by hand. */
  @Test
  void oneStepGoesAlongTheResidual() {
    Interactions one = Interactions.ofPairs(1, 2, new int[] {0}, new int[] {0});
    try (Scope scope = Scope.open()) {
      // YᵀY = [2 1; 1 1], α = 1, λ = 1: A = [4 1; 1 2], b = 2 y₀ = (2, 0), begun at 0:
      // b·b / b·Ab = 4 / 16, so x = b / 4.
      Tensor y = Doubles.of(new double[] {1, 0, 1, 1}, 2, 2);
      Tensor x = Doubles.of(new double[] {0, 0}, 1, 2);
      new ImplicitLeastSquares(one, 1, 1, false, 1).solve(y, x);
      assertThat(Doubles.toArray(x)[0]).isCloseTo(0.5, Offset.offset(1e-12));
      assertThat(Doubles.toArray(x)[1]).isCloseTo(0, Offset.offset(1e-12));
    }
  }

  /** Sweeps with enough steps are those of the literal form from the same start. */
  @Test
  void trainingIsAlternatingDenseSolvesFromTheSameStart() {
    Interactions train = train();
    int sweeps = 3;
    for (boolean scaled : new boolean[] {false, true}) {
      Ials.Config config = new Ials.Config(DIM, ALPHA, L2, scaled, sweeps, 2 * DIM);
      ModelInput input =
          ModelInput.of(new TrainingView(train, List.of()), new Seed(4)).with(Precision.DOUBLE);
      try (Ials model = new Ials(config, input)) {
        double[][] x = table(model.parameters().all().get(0).value());
        double[][] y = new double[0][];
        for (int sweep = 0; sweep < sweeps; sweep++) {
          y = LiteralLeastSquares.solve(train.transposed(), x, ALPHA, L2, scaled);
          x = LiteralLeastSquares.solve(train, y, ALPHA, L2, scaled);
        }
        ((Phase.ClosedForm) model.phases().get(0)).candidates().get(0).fit().run();
        assertThat(
                Doubles.largestDifference(
                    Doubles.toArray(model.parameters().all().get(0).value()), flat(x)))
            .isLessThan(1e-8);
        assertThat(
                Doubles.largestDifference(
                    Doubles.toArray(model.parameters().all().get(1).value()), flat(y)))
            .isLessThan(1e-8);
      }
    }
  }

  /** Eq. 3, over all pairs, falls with every sweep though only three steps are taken. */
  @Test
  void threeStepsASweepLowerTheObjective() {
    Interactions train = train();
    double before = Double.POSITIVE_INFINITY;
    for (int sweeps = 1; sweeps <= 5; sweeps++) {
      ModelInput input =
          ModelInput.of(new TrainingView(train, List.of()), new Seed(4)).with(Precision.DOUBLE);
      try (Ials model = new Ials(new Ials.Config(DIM, ALPHA, L2, false, sweeps, 3), input)) {
        ((Phase.ClosedForm) model.phases().get(0)).candidates().get(0).fit().run();
        double objective =
            objective(
                train,
                table(model.parameters().all().get(0).value()),
                table(model.parameters().all().get(1).value()));
        assertThat(objective).as("after %d sweeps", sweeps).isLessThan(before);
        before = objective;
      }
    }
  }

  private static double objective(Interactions train, double[][] x, double[][] y) {
    double[][] r = LiteralLeastSquares.dense(train);
    double[][] scores = LiteralLeastSquares.product(x, LiteralLeastSquares.transposed(y));
    double sum = 0;
    for (int user = 0; user < r.length; user++) {
      for (int item = 0; item < r[user].length; item++) {
        double miss = r[user][item] - scores[user][item];
        sum += (1 + ALPHA * r[user][item]) * miss * miss;
      }
    }
    for (double value : flat(x)) {
      sum += L2 * value * value;
    }
    for (double value : flat(y)) {
      sum += L2 * value * value;
    }
    return sum;
  }

  @Test
  void candidatesOfAlphaBeginAlike() {
    TrainingView data = new TrainingView(train(), List.of());
    try (Ials open =
            new Ials(
                new Ials.Config(DIM, null, L2, false, 2, 3), ModelInput.of(data, new Seed(4)));
        Ials given =
            new Ials(
                new Ials.Config(DIM, 40.0, L2, false, 2, 3), ModelInput.of(data, new Seed(4)))) {
      List<Phase.Candidate> candidates = ((Phase.ClosedForm) open.phases().get(0)).candidates();
      assertThat(candidates)
          .extracting(candidate -> candidate.chosen().get("alpha"))
          .containsExactly(1.0, 2.0, 5.0, 10.0, 20.0, 40.0);
      candidates.forEach(candidate -> candidate.fit().run());
      ((Phase.ClosedForm) given.phases().get(0)).candidates().get(0).fit().run();
      assertThat(ModelContract.scores(open)).isEqualTo(ModelContract.scores(given));
    }
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    refused(() -> new Ials.Config(0, null, 1, false, 15, 3), "dim: expected");
    refused(
        () -> new Ials.Config(4, -1.0, 1, false, 15, 3), "alpha: expected a number of at least 0");
    refused(() -> new Ials.Config(4, null, 0, false, 15, 3), "l2: expected a number above 0");
    refused(() -> new Ials.Config(4, null, 1, false, 0, 3), "epochs: expected a whole number");
    refused(() -> new Ials.Config(4, null, 1, false, 15, 0), "cgSteps: expected a whole number");
  }

  private static void refused(ThrowableAssert.ThrowingCallable making, String message) {
    assertThatThrownBy(making)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(message);
  }
}
