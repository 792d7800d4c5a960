package dev.medley.models.blocks;

import dev.medley.engine.HandWritten;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a layer of an autoencoder, R × C: plain W, or W ⊙ K with the local kernel K_ij =
 * max(0, 1 − ‖u_i − v_j‖²) of learnable u and v in 5 dimensions (han2021glocal, section 3.1).
 *
 * <p>K is computed in blocks of rows and never kept; its gradient is written by hand.
 */
public final class KernelWeights {
  static final long DIMENSIONS = 5;
  private static final double START = 1e-3;
  private static final long BLOCK = 4096;

  /** Whether a weight stands for W or for W ⊙ K. */
  public enum Kernel {
    /** W ⊙ K. */
    LOCAL,
    /** W. */
    NONE
  }

  private final Parameter weight; // W, R × C
  private final @Nullable Parameter rows; // u, R × 5
  private final @Nullable Parameter columns; // v, C × 5

  private KernelWeights(Parameter weight, @Nullable Parameter rows, @Nullable Parameter columns) {
    this.weight = weight;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Weights at their start: W Xavier uniform, K near 1. The parameters are called {@code
   * NAME/weight}, {@code NAME/kernel/rows} and {@code NAME/kernel/columns}.
   */
  public static KernelWeights of(
      Parameters parameters, String name, Kernel kernel, int rows, int columns) {
    Parameter weight = parameters.xavierUniform(name + "/weight", rows, columns);
    return kernel == Kernel.NONE
        ? new KernelWeights(weight, null, null)
        : new KernelWeights(
            weight,
            parameters.uniform(name + "/kernel/rows", START, rows, DIMENSIONS),
            parameters.uniform(name + "/kernel/columns", START, columns, DIMENSIONS));
  }

  /** W, or W ⊙ K, with its gradient; R × C. */
  public Tensor value() {
    if (rows == null || columns == null) {
      return weight.value();
    }
    return product(weight.value(), rows.value(), columns.value());
  }

  /** ‖W‖², a single number; with its gradient. */
  public Tensor penalty() {
    return weight.value().norm().square();
  }

  /** ‖K‖², a single number, with its gradient; 0 without a kernel. */
  public Tensor kernelPenalty() {
    return rows == null || columns == null
        ? weight.value().narrow(0, 0, 0).sum()
        : squaredNormOfKernel(rows.value(), columns.value());
  }

  /**
   * W ⊙ K.
   *
   * @param weight R × C
   * @param rows u, R × 5
   * @param columns v, C × 5
   */
  public static Tensor product(Tensor weight, Tensor rows, Tensor columns) {
    return HandWritten.of(
        NoGradient.of(
            () -> {
              Tensor value = torch.empty_like(weight.detach());
              blocks(
                  rows,
                  (from, size) ->
                      value
                          .narrow(0, from, size)
                          .copy_(
                              kernel(rows, columns, from, size)
                                  .mul_(weight.detach().narrow(0, from, size))));
              return value;
            }),
        incoming -> {
          Tensor ofWeight = torch.empty_like(weight.detach()); // R × C
          Gradients gradients = new Gradients(rows.detach(), columns.detach());
          blocks(
              rows,
              (from, size) -> {
                Tensor k = kernel(rows, columns, from, size); // B × C
                Tensor g = incoming.narrow(0, from, size);
                ofWeight.narrow(0, from, size).copy_(k).mul_(g);
                Tensor ofKernel = weight.detach().narrow(0, from, size).mul(g);
                gradients.add(from, size, ofKernel.mul_(k.gt_(new Scalar(0))));
              });
          return List.of(ofWeight, gradients.ofRows, gradients.ofColumns);
        },
        weight,
        rows,
        columns);
  }

  /** ‖K‖², a single number. */
  public static Tensor squaredNormOfKernel(Tensor rows, Tensor columns) {
    return HandWritten.of(
        NoGradient.of(
            () -> {
              Tensor sum = torch.zeros(new long[] {}, rows.options());
              blocks(
                  rows,
                  (from, size) -> sum.add_(kernel(rows, columns, from, size).square_().sum()));
              return sum;
            }),
        incoming -> {
          Gradients gradients = new Gradients(rows.detach(), columns.detach());
          Tensor twice = incoming.mul(new Scalar(2.0));
          blocks(
              rows,
              (from, size) ->
                  gradients.add(from, size, kernel(rows, columns, from, size).mul_(twice)));
          return List.of(gradients.ofRows, gradients.ofColumns);
        },
        rows,
        columns);
  }

  /** K of some rows, B × C. */
  private static Tensor kernel(Tensor rows, Tensor columns, long from, long size) {
    Tensor u = rows.detach().narrow(0, from, size); // B × 5
    Tensor v = columns.detach(); // C × 5
    Tensor rest = torch.ones(new long[] {1}, u.options()).sub(squares(v)); // C: 1 − ‖v‖²
    Tensor k = torch.addmm(rest, u, v.t(), new Scalar(1.0), new Scalar(2.0)); // B × C
    k.sub_(squares(u).unsqueeze(1));
    return k.clamp_(new ScalarOptional(new Scalar(0.0)));
  }

  private static Tensor squares(Tensor x) {
    return x.square().sum(1);
  }

  private interface Block {
    void of(long from, long size);
  }

  private static void blocks(Tensor rows, Block work) {
    for (long from = 0; from < rows.size(0); from += BLOCK) {
      try (dev.medley.engine.Scope scope = dev.medley.engine.Scope.open()) {
        work.of(from, Math.min(BLOCK, rows.size(0) - from));
      }
    }
  }

  /** ∂/∂u_i = −2 Σ_j g_ij (u_i − v_j) and ∂/∂v_j = −2 Σ_i g_ij (v_j − u_i), g that of K. */
  private static final class Gradients {
    private final Tensor u;
    private final Tensor v;
    private final Tensor ofRows; // R × 5
    private final Tensor ofColumns; // C × 5

    Gradients(Tensor u, Tensor v) {
      this.u = u;
      this.v = v;
      this.ofRows = torch.empty_like(u);
      this.ofColumns = torch.zeros_like(v);
    }

    void add(long from, long size, Tensor g) {
      Tensor rows = u.narrow(0, from, size);
      Scalar factor = new Scalar(-2.0);
      ofRows
          .narrow(0, from, size)
          .copy_(g.sum(1).unsqueeze(1).mul(rows).sub_(torch.mm(g, v)).mul_(factor));
      ofColumns.add_(g.sum(0).unsqueeze(1).mul(v).sub_(torch.mm(g.t(), rows)).mul_(factor));
    }
  }
}
