package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.blocks.Disentangled;
import dev.medley.models.blocks.RatingRows;
import dev.medley.testkit.LiteralDisentangled.Draws;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The autoencoder with prototypes against its literal form, with the same draws. */
class DisentangledTest {

  static {
    Engine.start(1);
  }

  private static final Disentangled.Form FORM = new Disentangled.Form(3, 4, 5, 0.4, 0.3);
  private static final Offset<Double> CLOSE = Offset.offset(1e-12);

  private static Parameters parameters() {
    return Parameters.from(new Seed(1), Precision.DOUBLE);
  }

  private static Disentangled network(Parameters parameters) {
    Disentangled network = new Disentangled(FORM, "items", UnevenUsers.ITEMS, parameters);
    PlainRows.redraw(parameters, new Seed(2));
    return network;
  }

  private static double[][] gumbel() {
    return Draws.gumbel(UnevenUsers.uniform(UnevenUsers.ITEMS, FORM.prototypes()));
  }

  private static void mustEqual(Tensor logGates, double[][] gates) {
    double[] found = Doubles.toArray(logGates.exp());
    for (int k = 0; k < found.length; k++) {
      assertThat(found[k]).isCloseTo(gates[k / FORM.prototypes()][k % FORM.prototypes()], CLOSE);
    }
  }

  @Test
  void gatesAreTheSoftmaxOfCosinesAndInTrainingOfCosinesPlusGumbelNoise() {
    double[][] rows = new double[1][UnevenUsers.ITEMS];
    Draws none = Draws.none(FORM, rows);
    try (Scope scope = Scope.open();
        Parameters parameters = parameters()) {
      Disentangled network = network(parameters);
      LiteralDisentangled literal = new LiteralDisentangled(FORM, "items", parameters);
      mustEqual(network.logGates(false), literal.gates(none));
      torch.manual_seed(5);
      double[][] gumbel = gumbel();
      torch.manual_seed(5);
      mustEqual(
          network.logGates(true), literal.gates(new Draws(gumbel, none.kept(), none.noise())));
    }
  }

  /** Euler's constant; that of its mirror would be below zero. */
  @Test
  void theLiteralGumbelNoiseHasTheMeanOfItsDistribution() {
    torch.manual_seed(5);
    try (Scope scope = Scope.open()) {
      double[] noise = PlainRows.concatenated(Draws.gumbel(UnevenUsers.uniform(20_000, 2)));
      assertThat(Arrays.stream(noise).average().orElseThrow())
          .isCloseTo(0.5772, Offset.offset(0.03));
    }
  }

  @Test
  void aDrawIsTheMeanPlusScaledNoiseTimesTheDeviationBroughtToLengthOne() {
    try (Scope scope = Scope.open();
        Parameters parameters = parameters();
        RatingRows rows =
            RatingRows.ofUsers(UnevenUsers.train(), RatingRows.Scaling.NONE, parameters)) {
      Disentangled network = network(parameters);
      LiteralDisentangled literal = new LiteralDisentangled(FORM, "items", parameters);
      double[][] dense = UnevenUsers.dense();
      Draws none = Draws.none(FORM, dense);
      Tensor gates = network.logGates(false);
      mustEqual(network.encoded(rows, gates, 0.5, false), literal, dense, none);
      for (double dropout : new double[] {0, 0.5}) {
        double[][] kept = new double[FORM.prototypes()][];
        double[][][] noise = new double[FORM.prototypes()][][];
        torch.manual_seed(6);
        for (int k = 0; k < FORM.prototypes(); k++) {
          kept[k] = UnevenUsers.kept(UnevenUsers.train().size(), dropout);
          noise[k] = UnevenUsers.normal(UnevenUsers.USERS, FORM.dim());
        }
        torch.manual_seed(6);
        mustEqual(
            network.encoded(rows, gates, dropout, true),
            literal,
            dense,
            new Draws(none.gumbel(), kept, noise));
      }
    }
  }

  private static void mustEqual(
      Disentangled.Encoded found, LiteralDisentangled literal, double[][] rows, Draws draws) {
    double[][][] expected = literal.encoded(rows, draws);
    for (int k = 0; k < FORM.prototypes(); k++) {
      assertThat(Doubles.toArray(found.z().get(k)))
          .containsExactly(PlainRows.concatenated(expected[k]), CLOSE);
    }
    assertThat(found.divergence().item().toDouble())
        .isCloseTo(literal.divergence(rows, draws), CLOSE);
  }

  /** Variances e^v whatever the row is: K D (e^v − v − 1) / 2. */
  @Test
  void theDivergenceIsThatOfTheVariancesAlone() {
    try (Scope scope = Scope.open();
        Parameters parameters = parameters();
        RatingRows rows =
            RatingRows.ofUsers(UnevenUsers.train(), RatingRows.Scaling.NONE, parameters)) {
      Disentangled network = network(parameters);
      parameters.set("items/latent/weight", new float[FORM.hiddenDim() * 2 * FORM.dim()]);
      float[] bias = {3, -2, 1, 5, -1.5f, -1.5f, -1.5f, -1.5f};
      parameters.set("items/latent/bias", bias);
      assertThat(
              network
                  .encoded(rows, network.logGates(false), 0, true)
                  .divergence()
                  .item()
                  .toDouble())
          .isCloseTo(3 * 4 * (Math.exp(-1.5) + 1.5 - 1) / 2, CLOSE);
    }
  }
}
