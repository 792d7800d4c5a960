package dev.medley.models.blocks;

import dev.medley.engine.HandWritten;
import dev.medley.engine.NoGradient;
import dev.medley.engine.SparsePattern;
import dev.medley.engine.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The weighted squared error between Y = H V^T + 1 b^T and a binary matrix, over all entries,
 * weight 1 on the observed ones and w₀ on the others, without building Y: R rows, U columns, H
 * hidden units, Ω the E observed entries.
 *
 * <p>L = w₀ ‖Y‖² + Σ_Ω [(1 − w₀) Y² − 2 Y + 1], and ‖Y‖² = tr[(HᵀH)(VᵀV)] + 2 (Hᵀ1)ᵀVᵀb + R ‖b‖²
 * needs products of H × H alone. Its sums are kept in float64.
 */
public final class ReconstructionError {
  private static final long BLOCK = 4096;

  private ReconstructionError() {}

  /**
   * L / |Ω|, with its gradient in the last three arguments.
   *
   * @param observed Ω, R × U
   * @param unobserved w₀, at least 0
   * @param hidden H, R × H
   * @param decoder V, U × H
   * @param bias b, U
   * @return a single number; 0 observed entries count as one
   */
  public static Tensor of(
      SparsePattern observed, double unobserved, Tensor hidden, Tensor decoder, Tensor bias) {
    return NoGradient.of(
            () ->
                new Forward(observed, unobserved, hidden.detach(), decoder.detach(), bias.detach()))
        .onTape(hidden, decoder, bias);
  }

  private static final class Forward {
    private final SparsePattern observed;
    private final double w0;
    private final double count; // |Ω|
    private final Tensor h; // R × H
    private final Tensor v; // U × H
    private final Tensor b; // U
    private final Tensor y; // E, on the observed entries
    private final Tensor hh; // HᵀH, float64
    private final Tensor vv; // VᵀV, float64
    private final Tensor h1; // Hᵀ1, float64
    private final Tensor vb; // Vᵀb, float64

    Forward(SparsePattern observed, double w0, Tensor h, Tensor v, Tensor b) {
      this.observed = observed;
      this.w0 = w0;
      this.count = Math.max(1, observed.entries());
      this.h = h;
      this.v = v;
      this.b = b;
      this.y = observed.innerProducts(h, v).add_(observed.ofColumns(b));
      this.hh = gram(h);
      this.vv = gram(v);
      this.h1 = h.sum(new long[] {0}, false, Tensors.doubles());
      this.vb = double64(torch.mv(v.t(), b));
    }

    private Tensor value() {
      Tensor all =
          hh.mul(vv)
              .sum()
              .add_(torch.dot(h1, vb).mul_(new Scalar(2.0)))
              .add_(torch.dot(double64(b), double64(b)).mul_(new Scalar((double) h.size(0))));
      Tensor seen = double64(y);
      Tensor onObserved =
          torch.dot(seen, seen).mul_(new Scalar(1 - w0)).sub_(seen.sum().mul_(new Scalar(2.0)));
      return all.mul_(new Scalar(w0 / count))
          .add_(onObserved.div_(new Scalar(count)))
          .add_(new Scalar(observed.entries() / count))
          .to(Tensors.typeOf(h));
    }

    Tensor onTape(Tensor hidden, Tensor decoder, Tensor bias) {
      return HandWritten.of(NoGradient.of(this::value), this::gradient, hidden, decoder, bias);
    }

    private List<Tensor> gradient(Tensor incoming) {
      Tensor scale = incoming.div(new Scalar(count));
      Tensor twice = double64(scale).mul(new Scalar(2 * w0));
      Tensor error = // E: of Y on the observed entries
          y.mul(new Scalar(2 * (1 - w0))).sub_(new Scalar(2.0)).mul_(scale);
      Tensor ofHidden = observed.times(error, v); // R × H
      ofHidden.addmm_(h, typed(vv.mul(twice))).add_(typed(vb.mul(twice)));
      Tensor ofDecoder = observed.transposedTimes(error, h); // U × H
      Tensor sums = typed(h1.mul(twice)); // H
      ofDecoder.addmm_(v, typed(hh.mul(twice))).addr_(b, sums);
      Tensor ones = torch.ones(new long[] {h.size(0), 1}, h.options());
      Tensor ofBias = observed.transposedTimes(error, ones).view(-1); // U
      ofBias.add_(torch.mv(v, sums)).add_(b.mul(typed(twice.mul(new Scalar((double) h.size(0))))));
      return List.of(ofHidden, ofDecoder, ofBias);
    }

    private Tensor typed(Tensor tensor) {
      return tensor.to(Tensors.typeOf(h));
    }
  }

  private static Tensor double64(Tensor tensor) {
    return tensor.to(torch.ScalarType.Double);
  }

  /** xᵀx in float64, from products of some thousand rows. */
  private static Tensor gram(Tensor x) {
    Tensor sum = double64(torch.mm(x.narrow(0, 0, 0).t(), x.narrow(0, 0, 0)));
    for (long from = 0; from < x.size(0); from += BLOCK) {
      Tensor rows = x.narrow(0, from, Math.min(BLOCK, x.size(0) - from));
      sum.add_(torch.mm(rows.t(), rows));
    }
    return sum;
  }
}
