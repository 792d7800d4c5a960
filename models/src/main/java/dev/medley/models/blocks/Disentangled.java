package dev.medley.models.blocks;

import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A variational autoencoder whose latent space falls into K parts, one for each prototype that the
 * columns are dealt out to (ma2019learning): B rows, C columns (items, or words), D dimensions, H
 * hidden units.
 */
public final class Disentangled {
  private static final double TINY = 1e-12;

  /**
   * The form of one.
   *
   * @param prototypes K
   * @param dim D
   * @param hiddenDim H
   * @param temperature τ, above 0
   * @param noise standard deviation of the latent noise, at least 0
   */
  public record Form(int prototypes, int dim, int hiddenDim, double temperature, double noise) {}

  /**
   * What rows are encoded as.
   *
   * @param z K of B × D, rows of length 1
   * @param divergence Σ_k KL, the mean over rows; a single number
   */
  public record Encoded(List<Tensor> z, Tensor divergence) {}

  private final Form form;
  private final Parameter columns; // h, C × D
  private final Parameter prototypes; // m, K × D
  private final LinearLayer encoder; // C to H
  private final LinearLayer latent; // H to 2D

  /** At its start: tables Xavier normal, layers Xavier uniform, biases zero. */
  public Disentangled(Form form, String name, int columnCount, Parameters parameters) {
    this.form = form;
    this.columns = parameters.xavierNormal(name + "/columns", columnCount, form.dim());
    this.prototypes = parameters.xavierNormal(name + "/prototypes", form.prototypes(), form.dim());
    this.encoder = LinearLayer.xavier(parameters, name + "/encoder", columnCount, form.hiddenDim());
    this.latent =
        LinearLayer.xavier(parameters, name + "/latent", form.hiddenDim(), 2 * form.dim());
  }

  /** The columns' vectors, rows of length 1; C × D. */
  public Tensor columns() {
    return UnitRows.of(columns.value());
  }

  /**
   * log c, C × K: to which prototype each column belongs. In training with Gumbel noise, so that c
   * is a relaxed draw.
   */
  public Tensor logGates(boolean training) {
    Tensor logits = // C × K
        columns().mm(UnitRows.of(prototypes.value()).t()).div(Tensors.scalar(form.temperature()));
    if (training) {
      Tensor uniform = torch.rand_like(logits).clamp_min_(Tensors.scalar(TINY));
      logits = logits.sub(uniform.log().neg().log());
    }
    return torch.log_softmax(logits, 1);
  }

  /**
   * Each row once for each prototype: its entries weighed by the prototype's gates, brought to
   * length 1, encoded by the one network that all prototypes share.
   *
   * @param rows x, B × C
   * @param logGates of {@link #logGates}
   * @param dropout share of the entries that training drops
   */
  public Encoded encoded(RatingRows rows, Tensor logGates, double dropout, boolean training) {
    List<Tensor> all = new ArrayList<>();
    Tensor divergence = null;
    for (int k = 0; k < form.prototypes(); k++) {
      Tensor gate = rows.pattern().ofColumns(logGates.select(1, k).exp()); // E
      Tensor gated = rows.values().mul(gate); // E
      Tensor length = // B
          rows.sums(gated.square()).clamp_min(Tensors.scalar(TINY * TINY)).sqrt();
      Tensor input = gated.div(rows.pattern().ofRows(length)); // E
      if (training && dropout > 0) {
        input = torch.dropout(input, dropout, true);
      }
      Tensor sums = rows.times(input, encoder.weight().value()); // B × H
      Tensor both = latent.of(sums.add(encoder.bias().value()).tanh()); // B × 2D
      Tensor mean = UnitRows.of(both.narrow(1, 0, form.dim())); // B × D
      Tensor logVariance = both.narrow(1, form.dim(), form.dim()); // B × D
      Tensor own = divergence(logVariance);
      divergence = divergence == null ? own : divergence.add(own);
      all.add(training ? drawn(mean, logVariance) : mean);
    }
    if (divergence == null) {
      throw new IllegalStateException("prototypes: expected at least one");
    }
    return new Encoded(all, divergence);
  }

  /** ½ Σ (σ² − log σ² − 1), the mean over rows: the mean has length 1 whatever it is. */
  private static Tensor divergence(Tensor logVariance) {
    return logVariance
        .exp()
        .sub(logVariance)
        .sub(Tensors.scalar(1))
        .sum()
        .mul(Tensors.scalar(0.5 / Math.max(1, logVariance.size(0))));
  }

  private Tensor drawn(Tensor mean, Tensor logVariance) {
    Tensor deviation = logVariance.mul(Tensors.scalar(0.5)).exp();
    Tensor noise = torch.randn_like(deviation).mul_(Tensors.scalar(form.noise()));
    return UnitRows.of(mean.add(noise.mul(deviation)));
  }

  /**
   * log Σ_k c_k exp(z_k · h / τ): what the multinomial distribution over columns is made of.
   *
   * @param z K of B × D
   * @param logGates C × K
   * @return B × C
   */
  public Tensor logits(List<Tensor> z, Tensor logGates) {
    Tensor h = columns().t(); // D × C
    Tensor sum = null;
    for (int k = 0; k < z.size(); k++) {
      Tensor part = // B × C
          z.get(k).mm(h).div(Tensors.scalar(form.temperature())).add(logGates.select(1, k));
      sum = sum == null ? part : torch.logaddexp(sum, part);
    }
    if (sum == null) {
      throw new IllegalStateException("prototypes: expected at least one");
    }
    return sum;
  }

  /** {@link #logits} as inner products: [z_k, 1] with [h / τ, log c_k]. */
  public LogSumExp scorer(List<Tensor> z, Tensor logGates) {
    List<Tensor> users = new ArrayList<>();
    List<Tensor> items = new ArrayList<>();
    Tensor h = columns().div(Tensors.scalar(form.temperature())); // C × D
    for (int k = 0; k < z.size(); k++) {
      Tensor ones = torch.ones(new long[] {z.get(k).size(0), 1}, h.options());
      users.add(torch.cat(new TensorVector(z.get(k), ones), 1));
      items.add(torch.cat(new TensorVector(h, logGates.select(1, k).unsqueeze(1)), 1));
    }
    return LogSumExp.of(
        torch.cat(new TensorVector(users.toArray(new Tensor[0])), 1),
        torch.cat(new TensorVector(items.toArray(new Tensor[0])), 1),
        z.size());
  }
}
