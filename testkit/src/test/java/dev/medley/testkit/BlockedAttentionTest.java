package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.BlockedAttention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class BlockedAttentionTest {
  private static final int QUERIES = 300;

  static {
    Engine.start(1);
  }

  private static Tensor normal(torch.ScalarType type, int rows, int columns, double scale) {
    return torch.randn(rows, columns).to(type).mul(Tensors.scalar(scale));
  }

  /** Queries, keys, values as leaves. */
  private static List<Tensor> leaves(torch.ScalarType type, int keys, int columns) {
    torch.manual_seed(3);
    List<Tensor> leaves =
        List.of(
            normal(type, QUERIES, columns, 3),
            normal(type, keys, columns, 3),
            normal(type, keys, columns, 1));
    leaves.forEach(leaf -> leaf.set_requires_grad(true));
    return leaves;
  }

  /** The value, then the gradients of Σ sin(value). */
  private static List<double[]> valueAndGradients(
      List<Tensor> leaves, Function<List<Tensor>, Tensor> attention) {
    Tensor value = attention.apply(leaves);
    value.sin().sum().backward();
    List<double[]> all = new ArrayList<>(List.of(Doubles.toArray(value)));
    for (Tensor leaf : leaves) {
      all.add(Doubles.toArray(leaf.grad()));
      leaf.mutable_grad().reset();
    }
    return all;
  }

  private static double largest(double[] values) {
    return Doubles.largestDifference(values, new double[values.length]);
  }

  private static void mustAgree(
      List<Tensor> leaves,
      Function<List<Tensor>, Tensor> blocked,
      Function<List<Tensor>, Tensor> literal,
      double relative) {
    List<double[]> fast = valueAndGradients(leaves, blocked);
    List<double[]> slow = valueAndGradients(leaves, literal);
    for (int k = 0; k < fast.size(); k++) {
      assertThat(Doubles.largestDifference(fast.get(k), slow.get(k)))
          .as("value, queries, keys, values: %d", k)
          .isLessThan(relative * largest(slow.get(k)));
    }
  }

  @Test
  void valueAndGradientAreThoseOfTheLiteralSoftmax() {
    for (torch.ScalarType type : List.of(torch.ScalarType.Double, torch.ScalarType.Float)) {
      double relative = type == torch.ScalarType.Double ? 1e-9 : 1e-4;
      for (int heads : new int[] {1, 2, 4}) {
        for (int keys : new int[] {2, 37, 300, 1100}) {
          try (Scope scope = Scope.open()) {
            mustAgree(
                leaves(type, keys, 16),
                x -> BlockedAttention.of(x.get(0), x.get(1), x.get(2), heads),
                x -> LiteralAttention.of(x.get(0), x.get(1), x.get(2), heads),
                relative);
          }
        }
      }
    }
  }

  @Test
  void keysThatAreLeftOutHaveNeitherWeightNorGradient() {
    int[] attended = IntStream.range(0, 300).filter(key -> key % 3 != 0).toArray();
    try (Scope scope = Scope.open()) {
      Tensor mask = Tensors.zeros(1, 300).to(torch.ScalarType.Double);
      for (int key = 0; key < 300; key += 3) {
        mask.narrow(1, key, 1).fill_(Tensors.scalar(Double.NEGATIVE_INFINITY));
      }
      mustAgree(
          leaves(torch.ScalarType.Double, 300, 8),
          x -> BlockedAttention.of(x.get(0), x.get(1), x.get(2), 1, attended),
          x ->
              torch
                  .softmax(
                      x.get(0).mm(x.get(1).t()).mul(Tensors.scalar(1 / Math.sqrt(8))).add(mask), 1)
                  .mm(x.get(2)),
          1e-9);
    }
  }

  @Test
  void withoutAKeyNothingIsAdded() {
    try (Scope scope = Scope.open()) {
      List<Tensor> x = leaves(torch.ScalarType.Double, 5, 4);
      Tensor nothing = BlockedAttention.of(x.get(0), x.get(1), x.get(2), 1, new int[0]);
      assertThat(Doubles.toArray(nothing)).hasSize(QUERIES * 4).containsOnly(0);
    }
  }

  @Test
  void weightsOfAFewQueriesGiveTheirRowsOfTheResult() {
    try (Scope scope = Scope.open()) {
      List<Tensor> x = leaves(torch.ScalarType.Double, 50, 8);
      Tensor few = x.get(0).narrow(0, 7, 3);
      Tensor weights = BlockedAttention.weights(few, x.get(1), 1);
      assertThat(Doubles.largestDifference(Doubles.toArray(weights.sum(1)), new double[] {1, 1, 1}))
          .isLessThan(1e-12);
      Tensor expected = BlockedAttention.of(few, x.get(1), x.get(2), 1);
      assertThat(
              Doubles.largestDifference(
                  Doubles.toArray(weights.mm(x.get(2))), Doubles.toArray(expected)))
          .isLessThan(1e-12);
    }
  }

  @Test
  void headsThatDoNotDivideTheColumnsAreRefused() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensors.zeros(4, 6);
      assertThatThrownBy(() -> BlockedAttention.of(x, x, x, 4))
          .hasMessage("attention: expected heads that divide the 6 columns, got 4");
    }
  }

  /** I × I floats are 1.6 GB. */
  @Test
  void twentyThousandItemsNeedNoArrayOfItemsTimesItems() throws IOException {
    int items = 20_000;
    try (Scope scope = Scope.open()) {
      torch.manual_seed(3);
      List<Tensor> x =
          IntStream.range(0, 3).mapToObj(k -> normal(torch.ScalarType.Float, items, 8, 1)).toList();
      x.forEach(leaf -> leaf.set_requires_grad(true));
      long before = peakKiB();
      BlockedAttention.of(x.get(0), x.get(1), x.get(2), 1).sum().backward();
      assertThat(x.get(0).grad().defined()).isTrue();
      assertThat(peakKiB() - before).isLessThan(100 << 10);
    }
  }

  /** The most memory this process has held so far. */
  private static long peakKiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
