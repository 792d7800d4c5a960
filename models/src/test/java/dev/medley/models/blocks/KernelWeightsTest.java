package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.KernelWeights.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Against K as a table, under the tape, where about half of it is cut at 0. */
class KernelWeightsTest {
  private static final int ROWS = 23;
  private static final int COLUMNS = 17;
  private static final int MANY_ROWS = 9000; // three blocks, the last one not full
  private static final double EXACT = 1e-11;

  static {
    Engine.start(1);
  }

  /** Uniform in ± 1, float64. */
  private static Tensor made(long seed, long rows, long columns) {
    torch.manual_seed(seed);
    return torch
        .rand(rows, columns)
        .to(torch.ScalarType.Double)
        .mul(Tensors.scalar(2))
        .sub(Tensors.scalar(1));
  }

  /** u or v, of entries so large that ‖u − v‖² is about as often above 1 as below. */
  private static Tensor far(long seed, long rows) {
    return made(seed, rows, KernelWeights.DIMENSIONS).mul(Tensors.scalar(0.55));
  }

  /** K, entry by entry of its definition. */
  private static Tensor kernel(Tensor u, Tensor v) {
    Tensor apart = u.unsqueeze(1).sub(v.unsqueeze(0)); // R × C × 5
    return torch.relu(apart.square().sum(2).neg().add(Tensors.scalar(1))); // R × C
  }

  private static void aboutHalfIsCut(Tensor u, Tensor v) {
    double[] k = Tensors.toDoubles(kernel(u, v).gt(Tensors.scalar(0)).to(torch.ScalarType.Double));
    double share = 0;
    for (double positive : k) {
      share += positive / k.length;
    }
    assertThat(share).isBetween(0.3, 0.7);
  }

  /** The value of a function at these inputs, then the gradient of each. */
  private static List<double[]> valueAndGradients(
      Function<List<Tensor>, Tensor> function, Tensor... inputs) {
    List<Tensor> leaves = new ArrayList<>();
    for (Tensor input : inputs) {
      Tensor leaf = input.clone();
      leaf.set_requires_grad(true);
      leaves.add(leaf);
    }
    Tensor value = function.apply(leaves);
    value.backward();
    List<double[]> all = new ArrayList<>();
    all.add(new double[] {value.item().toDouble()});
    leaves.forEach(leaf -> all.add(Tensors.toDoubles(leaf.grad())));
    return all;
  }

  private static void equal(List<double[]> found, List<double[]> expected, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int k = 0; k < found.size(); k++) {
      double largest = largestDifference(expected.get(k), new double[expected.get(k).length]);
      assertThat(largest).isPositive();
      assertThat(largestDifference(found.get(k), expected.get(k)))
          .as(k == 0 ? "value" : "gradient of input " + (k - 1))
          .isLessThan(tolerance * largest);
    }
  }

  private static double largestDifference(double[] left, double[] right) {
    assertThat(left).hasSameSizeAs(right);
    double largest = 0;
    for (int k = 0; k < left.length; k++) {
      double difference = Math.abs(left[k] - right[k]);
      largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
    }
    return largest;
  }

  @Test
  void theProductAndItsThreeGradientsAreThoseOfTheTableWhateverTheBlocks() {
    for (int rows : new int[] {ROWS, MANY_ROWS}) {
      try (Scope scope = Scope.open()) {
        Tensor w = made(1, rows, COLUMNS);
        Tensor u = far(2, rows);
        Tensor v = far(3, COLUMNS);
        Tensor incoming = made(4, rows, COLUMNS);
        aboutHalfIsCut(u, v);
        equal(
            valueAndGradients(
                in -> KernelWeights.product(in.get(0), in.get(1), in.get(2)).mul(incoming).sum(),
                w,
                u,
                v),
            valueAndGradients(
                in -> in.get(0).mul(kernel(in.get(1), in.get(2))).mul(incoming).sum(), w, u, v),
            EXACT);
        double[] product = Tensors.toDoubles(KernelWeights.product(w, u, v));
        assertThat(largestDifference(product, Tensors.toDoubles(w.mul(kernel(u, v)))))
            .isLessThan(EXACT);
      }
    }
  }

  @Test
  void theKernelsSquaredNormAndItsGradientsAreThoseOfTheTableWhateverTheBlocks() {
    for (int rows : new int[] {ROWS, MANY_ROWS}) {
      try (Scope scope = Scope.open()) {
        Tensor u = far(2, rows);
        Tensor v = far(3, COLUMNS);
        aboutHalfIsCut(u, v);
        equal(
            valueAndGradients(
                in ->
                    KernelWeights.squaredNormOfKernel(in.get(0), in.get(1)).mul(Tensors.scalar(-3)),
                u,
                v),
            valueAndGradients(
                in -> kernel(in.get(0), in.get(1)).square().sum().mul(Tensors.scalar(-3)), u, v),
            EXACT);
      }
    }
  }

  @Test
  void aWeightThatIsCutTakesNoPartInAnything() {
    try (Scope scope = Scope.open()) {
      Tensor u = Tensors.zeros(1, 5).to(torch.ScalarType.Double);
      Tensor v = Tensors.of(new float[] {0.5f, 0, 0, 0, 0, 0, 2, 0, 0, 0}, 2, 5);
      Tensor w = Tensors.of(new float[] {4, 7}, 1, 2).to(torch.ScalarType.Double);
      List<double[]> all =
          valueAndGradients(
              in -> KernelWeights.product(in.get(0), in.get(1), in.get(2)).sum(),
              w,
              u,
              v.to(torch.ScalarType.Double));
      double[][] expected = { // K is 1 − ½² and max(0, 1 − 2²)
        {4 * 0.75}, {0.75, 0}, {4 * 2 * 0.5, 0, 0, 0, 0}, {-4 * 2 * 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0}
      };
      for (int k = 0; k < expected.length; k++) {
        assertThat(all.get(k)).containsExactly(expected[k], Offset.offset(0.0));
      }
    }
  }

  @Test
  void aLayersValueAndPenaltiesAreThoseOfItsParametersInBothPrecisions() {
    long before = Scope.liveHandles();
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      for (Kernel kernel : Kernel.values()) {
        try (Parameters parameters = Parameters.from(new Seed(1), precision);
            Scope scope = Scope.open()) {
          KernelWeights layer = KernelWeights.of(parameters, "layer", kernel, ROWS, COLUMNS);
          Tensor w = named(parameters, "layer/weight");
          Supplier<Tensor> k = () -> torch.ones_like(w.detach());
          if (kernel == Kernel.LOCAL) {
            put(parameters, "layer/kernel/rows", far(2, ROWS));
            put(parameters, "layer/kernel/columns", far(3, COLUMNS));
            Tensor u = named(parameters, "layer/kernel/rows");
            Tensor v = named(parameters, "layer/kernel/columns");
            aboutHalfIsCut(u.detach(), v.detach());
            k = () -> kernel(u, v);
          }
          Tensor incoming = made(4, ROWS, COLUMNS).to(w.scalar_type());
          double tolerance = precision == Precision.DOUBLE ? EXACT : 1e-5;
          same(
              parameters,
              layer.value().mul(incoming).sum(),
              w.mul(k.get()).mul(incoming).sum(),
              tolerance);
          same(parameters, layer.penalty(), w.square().sum(), tolerance);
          if (kernel == Kernel.LOCAL) {
            same(parameters, layer.kernelPenalty(), k.get().square().sum(), tolerance);
          } else {
            assertThat(layer.kernelPenalty().item().toDouble()).isZero();
          }
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  private static Tensor named(Parameters parameters, String name) {
    return Objects.requireNonNull(parameters.tensors().get(name), name);
  }

  private static void put(Parameters parameters, String name, Tensor values) {
    parameters.set(name, Tensors.toFloats(values.to(torch.ScalarType.Float)));
  }

  /** Two numbers and their gradients by those parameters that they have in common. */
  private static void same(Parameters parameters, Tensor found, Tensor expected, double tolerance) {
    equal(gradients(parameters, found), gradients(parameters, expected), tolerance);
  }

  private static List<double[]> gradients(Parameters parameters, Tensor number) {
    parameters.all().forEach(parameter -> parameter.clearGradient());
    number.backward();
    List<double[]> all = new ArrayList<>();
    all.add(new double[] {number.item().toDouble()});
    parameters.all().stream()
        .filter(parameter -> parameter.gradient().defined())
        .forEach(parameter -> all.add(Tensors.toDoubles(parameter.gradient().contiguous())));
    parameters.all().forEach(parameter -> parameter.clearGradient());
    return all;
  }
}
