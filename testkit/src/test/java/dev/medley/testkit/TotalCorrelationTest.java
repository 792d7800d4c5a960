package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.models.blocks.TotalCorrelation;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TotalCorrelationTest {
  static {
    Engine.start(1);
  }

  private static final TotalCorrelation GAUSSIAN = new TotalCorrelation.Gaussian(1e-12);

  /** All four combinations of ±1, so that the two dimensions are exactly independent. */
  private static final double[][] SQUARE = {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};

  /** Columns a and ρ a + √(1 − ρ²) b of the square: their correlation is exactly ρ. */
  private static Tensor pair(double rho, int repeats) {
    double[] values = new double[8 * repeats];
    for (int k = 0; k < 4 * repeats; k++) {
      values[2 * k] = SQUARE[k % 4][0];
      values[2 * k + 1] = rho * SQUARE[k % 4][0] + Math.sqrt(1 - rho * rho) * SQUARE[k % 4][1];
    }
    return Doubles.of(values, values.length / 2, 2);
  }

  private static double number(Tensor tensor) {
    return tensor.item().toDouble();
  }

  @Test
  void independentDimensionsHaveNone() {
    try (Scope scope = Scope.open()) {
      assertThat(number(GAUSSIAN.of(pair(0, 4)))).isCloseTo(0, Offset.offset(1e-10));
    }
  }

  @Test
  void aCorrelatedPairHasThatOfANormalDistribution() {
    try (Scope scope = Scope.open()) {
      for (double rho : new double[] {0.1, -0.5, 0.9}) {
        double expected = -0.5 * Math.log(1 - rho * rho);
        assertThat(number(GAUSSIAN.of(pair(rho, 3)))).isCloseTo(expected, Offset.offset(1e-9));
        Tensor shifted =
            pair(rho, 3)
                .mul(Doubles.of(new double[] {3, 0.2}, 2))
                .add(Doubles.of(new double[] {-1, 5}, 2));
        assertThat(number(GAUSSIAN.of(shifted))).isCloseTo(expected, Offset.offset(1e-8));
        assertThat(number(GAUSSIAN.of(pair(rho, 3).to(torch.ScalarType.Float))))
            .isCloseTo(expected, Offset.offset(1e-5));
      }
    }
  }

  @Test
  void minibatchWeightedRisesWithTheCorrelation() {
    try (Scope scope = Scope.open()) {
      TotalCorrelation estimator = new TotalCorrelation.MinibatchWeighted(0.1, 400);
      double last = Double.NEGATIVE_INFINITY;
      for (double rho : new double[] {0, 0.5, 0.8, 0.95}) {
        RandomStream random = new Seed(4).stream();
        double[] values = new double[800];
        for (int k = 0; k < 400; k++) {
          double a = random.nextGaussian();
          values[2 * k] = a;
          values[2 * k + 1] = rho * a + Math.sqrt(1 - rho * rho) * random.nextGaussian();
        }
        torch.manual_seed(1);
        double value = number(estimator.of(Doubles.of(values, 400, 2)));
        assertThat(value).as("ρ = %s", rho).isGreaterThan(last);
        last = value;
      }
    }
  }

  @Test
  void bothHaveTheGradientThatFiniteDifferencesMeasure() {
    try (Scope scope = Scope.open()) {
      RandomStream random = new Seed(5).stream();
      double[] values = new double[36];
      for (int k = 0; k < values.length; k++) {
        values[k] = random.nextGaussian();
      }
      Tensor h = Doubles.of(values, 12, 3);
      for (TotalCorrelation estimator :
          new TotalCorrelation[] {
            new TotalCorrelation.Gaussian(1e-6), new TotalCorrelation.MinibatchWeighted(0.5, 5)
          }) {
        GradientCheck.Worst worst =
            GradientCheck.of(
                inputs -> {
                  torch.manual_seed(3);
                  return estimator.of(inputs.get(0));
                },
                h);
        assertThat(worst.difference()).as("%s", worst).isLessThan(1e-7);
      }
    }
  }
}
