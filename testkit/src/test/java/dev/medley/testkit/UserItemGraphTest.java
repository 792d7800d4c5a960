package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.UserItemGraph;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class UserItemGraphTest {
  private static final int USERS = 15;
  private static final int ITEMS = 22;
  private static final int NODES = USERS + ITEMS;
  private static final int DIM = 4;

  static {
    Engine.start(1);
  }

  /** User 3 and item 5 have no interaction. */
  private static Interactions train() {
    RandomStream random = new Seed(1).stream();
    int[] users = new int[70];
    int[] items = new int[70];
    for (int k = 0; k < users.length; k++) {
      users[k] = random.nextInt(USERS);
      items[k] = random.nextInt(ITEMS);
      users[k] = users[k] == 3 ? 4 : users[k];
      items[k] = items[k] == 5 ? 6 : items[k];
    }
    return Interactions.ofPairs(USERS, ITEMS, users, items);
  }

  private static double[] values(long seed) {
    RandomStream random = new Seed(seed).stream();
    double[] values = new double[NODES * DIM];
    for (int k = 0; k < values.length; k++) {
      values[k] = random.nextGaussian();
    }
    return values;
  }

  private static Tensor leaf(Precision precision, long seed) {
    Tensor leaf = Doubles.of(values(seed), NODES, DIM);
    if (precision == Precision.FLOAT) {
      leaf = leaf.to(torch.ScalarType.Float);
    }
    leaf.set_requires_grad(true);
    return leaf;
  }

  /** Value and gradient of Σ w ⊙ f(x). */
  private static double[] valueAndGradient(UnaryOperator<Tensor> f, Precision precision) {
    try (Scope scope = Scope.open()) {
      Tensor x = leaf(precision, 2);
      Tensor y = f.apply(x);
      y.mul(leaf(precision, 3).detach()).sum().backward();
      double[] value = Doubles.toArray(y);
      double[] gradient = Doubles.toArray(x.grad());
      double[] both = Arrays.copyOf(value, value.length + gradient.length);
      System.arraycopy(gradient, 0, both, value.length, gradient.length);
      return both;
    }
  }

  @Test
  void valueAndGradientAreThoseOfBothLiteralForms() {
    long before = Scope.liveHandles();
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      double tolerance = precision == Precision.FLOAT ? 1e-5 : 1e-9;
      for (LiteralPropagation.Form form : LiteralPropagation.Form.values()) {
        try (UserItemGraph graph = UserItemGraph.of(train());
            LiteralPropagation literal = LiteralPropagation.of(train(), form, precision)) {
          assertThat(graph.nodes()).isEqualTo(NODES);
          assertThat(graph.entries()).isEqualTo(2L * train().size());
          for (int layers = 0; layers <= 4; layers++) {
            int depth = layers;
            assertThat(
                    Doubles.largestDifference(
                        valueAndGradient(x -> graph.meanOfPowers(x, depth), precision),
                        valueAndGradient(x -> literal.meanOfPowers(x, depth), precision)))
                .as("%s, %s, %d layers", precision, form, depth)
                .isLessThan(tolerance);
          }
          assertThat(
                  Doubles.largestDifference(
                      valueAndGradient(graph::times, precision),
                      valueAndGradient(literal::times, precision)))
              .isLessThan(tolerance);
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void gradientIsWhatFiniteDifferencesMeasure() {
    try (UserItemGraph graph = UserItemGraph.of(train());
        Scope scope = Scope.open()) {
      Tensor x = Doubles.of(values(2), NODES, DIM);
      for (int layers : new int[] {1, 3}) {
        GradientCheck.Worst worst =
            GradientCheck.of(in -> graph.meanOfPowers(in.get(0), layers).sigmoid().sum(), x);
        assertThat(worst.difference()).as(worst.toString()).isLessThan(1e-7);
      }
      // The gradient of a plain sum is one number expanded over the table.
      assertThat(GradientCheck.of(in -> graph.times(in.get(0)).sum(), x).difference())
          .isLessThan(1e-7);
    }
  }

  @Test
  void aNodeWithoutInteractionsKeepsItsShareOfTheMeanAndGivesNothing() {
    try (UserItemGraph graph = UserItemGraph.of(train());
        Scope scope = Scope.open()) {
      Tensor x = Doubles.of(values(2), NODES, DIM);
      double[] y = Doubles.toArray(graph.meanOfPowers(x, 2));
      for (int node : new int[] {3, USERS + 5}) {
        for (int k = 0; k < DIM; k++) {
          assertThat(y[node * DIM + k])
              .isCloseTo(values(2)[node * DIM + k] / 3, Offset.offset(1e-12));
        }
      }
    }
  }
}
