package dev.medley.testkit;

import dev.medley.engine.Parameters;
import dev.medley.models.blocks.Disentangled;
import java.util.Arrays;

/**
 * A variational autoencoder whose latent space falls into parts (ma2019learning) in plain loops
 * over float64 arrays: B rows, C columns, K prototypes, D dimensions.
 */
final class LiteralDisentangled {
  private static final double TINY = 1e-12;

  /**
   * What training draws.
   *
   * @param gumbel what is added to the gates' logits, C × K
   * @param kept for each prototype the factor of each entry, row by row
   * @param noise for each prototype standard normal numbers, B × D
   */
  record Draws(double[][] gumbel, double[][] kept, double[][][] noise) {

    /** Nothing drawn: the gates' own softmax, whole rows, the means. */
    static Draws none(Disentangled.Form form, double[][] rows) {
      double[][] kept = new double[form.prototypes()][rows.length * rows[0].length];
      for (double[] each : kept) {
        Arrays.fill(each, 1);
      }
      return new Draws(
          new double[rows[0].length][form.prototypes()],
          kept,
          new double[form.prototypes()][rows.length][form.dim()]);
    }

    /** Gumbel noise by the inverse of its distribution function, exp(−exp(−g)). */
    static double[][] gumbel(double[][] uniform) {
      double[][] noise = new double[uniform.length][uniform[0].length];
      for (int c = 0; c < noise.length; c++) {
        for (int k = 0; k < noise[c].length; k++) {
          noise[c][k] = -Math.log(-Math.log(Math.max(uniform[c][k], TINY)));
        }
      }
      return noise;
    }
  }

  private final Disentangled.Form form;
  private final String name;
  private final Parameters parameters;

  /** The autoencoder of these parameters as they are when it is asked. */
  LiteralDisentangled(Disentangled.Form form, String name, Parameters parameters) {
    this.form = form;
    this.name = name;
    this.parameters = parameters;
  }

  /** c = softmax((cos(h_c, m_k) / τ + g_ck) over k), C × K. */
  double[][] gates(Draws draws) {
    double[][] columns = PlainRows.parameter(parameters, name + "/columns"); // C × D
    double[][] prototypes = PlainRows.parameter(parameters, name + "/prototypes"); // K × D
    double[][] gates = new double[columns.length][prototypes.length];
    for (int c = 0; c < columns.length; c++) {
      double sum = 0;
      for (int k = 0; k < prototypes.length; k++) {
        double cosine = PlainRows.cosine(columns[c], prototypes[k]);
        gates[c][k] = Math.exp(cosine / form.temperature() + draws.gumbel()[c][k]);
        sum += gates[c][k];
      }
      for (int k = 0; k < prototypes.length; k++) {
        gates[c][k] /= sum;
      }
    }
    return gates;
  }

  /** z of each prototype: μ / ‖μ‖ + s ε σ, brought to length 1; K of B × D. */
  double[][][] encoded(double[][] rows, Draws draws) {
    double[][][] z = new double[form.prototypes()][rows.length][form.dim()];
    for (int k = 0; k < form.prototypes(); k++) {
      double[][] both = latent(rows, draws, k); // B × 2D
      for (int row = 0; row < rows.length; row++) {
        double[] mean = PlainRows.unit(Arrays.copyOf(both[row], form.dim()));
        for (int d = 0; d < form.dim(); d++) {
          double deviation = Math.sqrt(Math.exp(both[row][form.dim() + d]));
          z[k][row][d] = mean[d] + form.noise() * draws.noise()[k][row][d] * deviation;
        }
        z[k][row] = PlainRows.unit(z[k][row]);
      }
    }
    return z;
  }

  /** The mean over rows of Σ_k Σ_d ½ (σ² − 1) − log σ. */
  double divergence(double[][] rows, Draws draws) {
    double sum = 0;
    for (int k = 0; k < form.prototypes(); k++) {
      for (double[] both : latent(rows, draws, k)) {
        for (int d = form.dim(); d < 2 * form.dim(); d++) {
          double deviation = Math.sqrt(Math.exp(both[d]));
          sum += (deviation * deviation - 1) / 2 - Math.log(deviation);
        }
      }
    }
    return sum / rows.length;
  }

  /** What the network says of each row's part of prototype k: μ, then log σ²; B × 2D. */
  private double[][] latent(double[][] rows, Draws draws, int k) {
    double[][] gates = gates(draws);
    double[][] inputs = new double[rows.length][gates.length];
    int entry = 0;
    for (int row = 0; row < rows.length; row++) {
      double[] gated = new double[gates.length];
      for (int c = 0; c < gates.length; c++) {
        gated[c] = rows[row][c] * gates[c][k];
      }
      double length = Math.sqrt(PlainRows.dot(gated, gated));
      for (int c = 0; c < gates.length; c++) {
        if (rows[row][c] != 0) {
          inputs[row][c] = gated[c] / length * draws.kept()[k][entry++];
        }
      }
    }
    return PlainRows.linear(
        parameters,
        name + "/latent",
        PlainRows.tanh(PlainRows.linear(parameters, name + "/encoder", inputs)));
  }

  /**
   * log Σ_k c_ck exp(z_k · h_c / (‖h_c‖ τ)) of every column.
   *
   * @param z of one row, K × D
   * @return C
   */
  double[] logits(double[][] z, Draws draws) {
    double[][] columns = PlainRows.parameter(parameters, name + "/columns");
    double[][] gates = gates(draws);
    double[] logits = new double[columns.length];
    for (int c = 0; c < columns.length; c++) {
      double[] unit = PlainRows.unit(columns[c]);
      double sum = 0;
      for (int k = 0; k < z.length; k++) {
        sum += gates[c][k] * Math.exp(PlainRows.dot(z[k], unit) / form.temperature());
      }
      logits[c] = Math.log(sum);
    }
    return logits;
  }

  /** The mean over rows of −Σ_c x_c log softmax(logits)_c. */
  double likelihood(double[][] rows, double[][][] z, Draws draws) {
    double sum = 0;
    for (int row = 0; row < rows.length; row++) {
      sum -= PlainRows.dot(rows[row], PlainRows.logSoftmax(logits(z[row], draws)));
    }
    return sum / rows.length;
  }
}
