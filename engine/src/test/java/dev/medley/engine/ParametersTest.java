package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Seed;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ParametersTest {
  static {
    Engine.start(1);
  }

  private static float[] values(Parameter parameter) {
    return Tensors.toFloats(parameter.value());
  }

  @Test
  void leavingAParameterOutShiftsNoOther() {
    try (Parameters both = Parameters.from(new Seed(3));
        Parameters one = Parameters.from(new Seed(3))) {
      both.xavierUniform("first", 7, 5);
      both.uniform("second", 0.1, 4);
      float[] expected = values(both.xavierNormal("third", 6, 2));
      assertThat(values(one.xavierNormal("third", 6, 2))).isEqualTo(expected);
    }
  }

  @Test
  void anotherSeedOrNameGivesOtherNumbers() {
    try (Parameters here = Parameters.from(new Seed(3));
        Parameters there = Parameters.from(new Seed(4))) {
      float[] a = values(here.uniform("a", 1, 8));
      assertThat(values(here.uniform("b", 1, 8))).isNotEqualTo(a);
      assertThat(values(there.uniform("a", 1, 8))).isNotEqualTo(a);
    }
  }

  @Test
  void usersAndItemsOfATableOfNodesHaveBoundsOfTheirOwn() {
    try (Parameters parameters = Parameters.from(new Seed(3))) {
      float[] nodes = values(parameters.xavierUniformNodes("nodes", 10, 2000, 8));
      float[] users = Arrays.copyOf(nodes, 80);
      float[] items = Arrays.copyOfRange(nodes, 80, nodes.length);
      assertThat(largest(users)).isBetween(0.9 * Math.sqrt(6.0 / 18), Math.sqrt(6.0 / 18));
      assertThat(largest(items)).isBetween(0.99 * Math.sqrt(6.0 / 2008), Math.sqrt(6.0 / 2008));
    }
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void xavierNormalHasItsStandardDeviation() {
    try (Parameters parameters = Parameters.from(new Seed(3))) {
      float[] values = values(parameters.xavierNormal("w", 300, 200));
      double squares = 0;
      for (float value : values) {
        squares += (double) value * value;
      }
      // 60,000 draws: the standard error is 0.3 %.
      assertThat(Math.sqrt(squares / values.length) / Math.sqrt(2.0 / 500))
          .isCloseTo(1, Offset.offset(0.015));
    }
  }

  @Test
  void bothPrecisionsStartAtTheSameNumbers() {
    try (Parameters floats = Parameters.from(new Seed(3));
        Parameters doubles = Parameters.from(new Seed(3), Precision.DOUBLE);
        Scope scope = Scope.open()) {
      Parameter narrow = floats.xavierUniform("w", 3, 4);
      Parameter wide = doubles.xavierUniform("w", 3, 4);
      assertThat(Tensors.typeOf(wide.value())).isEqualTo(Precision.DOUBLE.type());
      assertThat(wide.value().requires_grad()).isTrue();
      assertThat(values(narrow))
          .isEqualTo(Tensors.toFloats(wide.value().to(Precision.FLOAT.type())));
    }
  }

  @Test
  void aNameStandsOnce() {
    long before = Scope.liveHandles();
    try (Parameters parameters = Parameters.from(new Seed(3))) {
      parameters.zeros("w", 2);
      assertThatThrownBy(() -> parameters.zeros("w", 2)).hasMessage("parameter 'w' exists already");
      assertThat(parameters.count()).isEqualTo(2);
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }
}
