package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Seed;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AdamTest {
  static {
    Engine.start(1);
  }

  /** Takes a step with this gradient. */
  private static void step(Adam adam, Parameter parameter, double gradient, double rate) {
    try (Scope scope = Scope.open()) {
      adam.clearGradients();
      parameter.value().mul(Tensors.scalar(gradient)).sum().backward();
      adam.step(rate);
    }
  }

  /**
   * By hand, from x₀ = 0 with α = 0.1, β₁ = 0.5, β₂ = 0.8, ε = 0.01 and gradients 2, −1: m₁ = 1, v₁
   * = 0.8; m₁/(1 − 0.5) = 2, v₁/(1 − 0.8) = 4; x₁ = −0.1 · 2/(2 + 0.01). m₂ = 0, so x₂ = x₁. Then
   * gradient 4: m₃ = 2, v₃ = 0.8² · 0.8 + 0.8 · 0.2 + 3.2 = 3.872; m̂ = 2/0.875, v̂ = 3.872/0.488.
   */
  @Test
  void stepsAreThoseOfTheAlgorithmByHandWithOtherThanDefaultDecays() {
    Adam.Settings settings = new Adam.Settings(0.1, 0.5, 0.8, 0.01, 0);
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      try (Parameters parameters = Parameters.from(new Seed(1), precision)) {
        Parameter x = parameters.zeros("x", 1);
        try (Adam adam = new Adam(settings, parameters.all())) {
          double first = -0.1 * 2 / 2.01;
          step(adam, x, 2, 1);
          assertThat(number(x)).isCloseTo(first, Offset.offset(1e-7));
          step(adam, x, -1, 1);
          assertThat(number(x)).isCloseTo(first, Offset.offset(1e-7));
          step(adam, x, 4, 1);
          double third = first - 0.1 * (2 / 0.875) / (Math.sqrt(3.872 / 0.488) + 0.01);
          assertThat(number(x)).isCloseTo(third, Offset.offset(1e-7));
        }
      }
    }
  }

  @Test
  void theScaleMultipliesTheLearningRateAndWeightDecayJoinsTheGradient() {
    Adam.Settings settings = new Adam.Settings(0.1, 0.9, 0.999, 1e-8, 0.5);
    try (Parameters parameters = Parameters.from(new Seed(1))) {
      Parameter x = parameters.uniform("x", 1, 1);
      double before = number(x);
      try (Adam adam = new Adam(settings, parameters.all())) {
        step(adam, x, 0, 0.5); // the gradient is 0.5 x, so its sign decides
        assertThat(number(x) - before).isCloseTo(-0.05 * Math.signum(before), Offset.offset(1e-6));
      }
    }
  }

  @Test
  void aParameterWithoutAGradientStaysAndCountsNoStep() {
    try (Parameters parameters = Parameters.from(new Seed(1))) {
      Parameter moved = parameters.uniform("moved", 1, 2);
      Parameter still = parameters.uniform("still", 1, 2);
      float[] before = Tensors.toFloats(still.value());
      try (Adam adam = new Adam(Adam.Settings.withLearningRate(0.1), List.of(moved, still))) {
        step(adam, moved, 1, 1);
        step(adam, moved, 1, 1);
        assertThat(Tensors.toFloats(still.value())).isEqualTo(before);
        assertThat(Tensors.toFloats(adam.states().get(0).steps())).containsExactly(2);
        assertThat(Tensors.toFloats(adam.states().get(1).steps())).containsExactly(0);
      }
    }
  }

  @Test
  void withoutAnyGradientNothingHappens() {
    try (Parameters parameters = Parameters.from(new Seed(1))) {
      Parameter x = parameters.uniform("x", 1, 3);
      float[] before = Tensors.toFloats(x.value());
      try (Adam adam = new Adam(Adam.Settings.withLearningRate(0.1), parameters.all())) {
        adam.step();
      }
      assertThat(Tensors.toFloats(x.value())).isEqualTo(before);
    }
  }

  private static double number(Parameter parameter) {
    try (Scope scope = Scope.open()) {
      return parameter.value().sum().item().toDouble();
    }
  }
}
