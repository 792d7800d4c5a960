package dev.medley.testkit;

import dev.medley.core.Interactions;
import dev.medley.engine.Parameters;
import dev.medley.models.AutoencoderSettings;
import dev.medley.models.blocks.ItemAutoencoder.Activation;
import dev.medley.models.blocks.KernelWeights.Kernel;
import dev.medley.models.blocks.RatingRows.Scaling;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * I-AutoRec (sedhain2015autorec) and GLocal-K (han2021glocal) in plain loops over dense matrices of
 * float64, without dropout: X, X̃, X̃ ∗ G and the reconstruction are I × U each.
 */
final class LiteralItemAutoencoder {
  private final AutoencoderSettings settings;
  private final Interactions train;
  private final Parameters parameters;

  /** The autoencoder of a model's parameters as they are when it is asked. */
  LiteralItemAutoencoder(AutoencoderSettings settings, Interactions train, Parameters parameters) {
    this.settings = settings;
    this.train = train;
    this.parameters = parameters;
  }

  /** X̃, its entries rounded to float32 as the engine stores them. */
  double[][] input() {
    int[] counts = train.itemCounts();
    double[][] x = new double[train.items()][train.users()];
    for (int user = 0; user < train.users(); user++) {
      for (int item : train.itemsOf(user)) {
        x[item][user] =
            settings.inputScaling() == Scaling.NONE ? 1 : (float) (1 / Math.sqrt(counts[item]));
      }
    }
    return x;
  }

  /** X̃ ∗ G with G = Σ_i p_i k_i and zeros beyond the edges. */
  double[][] convolved() {
    double[] pooled = PlainRows.parameter(parameters, "global/pooled")[0]; // p
    double[][] kernels = PlainRows.parameter(parameters, "global/kernels"); // k, I × 9
    double[] g = PlainRows.times(new double[][] {pooled}, kernels)[0];
    double[][] x = input();
    double[][] convolved = new double[train.items()][train.users()];
    for (int item = 0; item < train.items(); item++) {
      for (int user = 0; user < train.users(); user++) {
        for (int a = -1; a <= 1; a++) {
          for (int b = -1; b <= 1; b++) {
            int i = item + a;
            int u = user + b;
            if (i >= 0 && i < train.items() && u >= 0 && u < train.users()) {
              convolved[item][user] += g[3 * (a + 1) + b + 1] * x[i][u];
            }
          }
        }
      }
    }
    return convolved;
  }

  /** Y = f(… f(X′ W₁ + b₁) …) W₂ + b₂. */
  double[][] reconstruction(double[][] input) {
    double[][] hidden = activated(input, "encoder");
    for (int layer = 1; layer < settings.form().hiddenLayers(); layer++) {
      hidden = activated(hidden, "hidden/" + layer);
    }
    double[][] decoder = weight("decoder"); // U × H
    double[] bias = PlainRows.parameter(parameters, "decoder/bias")[0];
    double[][] output = new double[hidden.length][decoder.length];
    for (int item = 0; item < hidden.length; item++) {
      for (int user = 0; user < decoder.length; user++) {
        output[item][user] = PlainRows.dot(hidden[item], decoder[user]) + bias[user];
      }
    }
    return output;
  }

  private double[][] activated(double[][] x, String name) {
    double[][] sums = PlainRows.times(x, weight(name));
    double[] bias = PlainRows.parameter(parameters, name + "/bias")[0];
    for (double[] row : sums) {
      for (int k = 0; k < row.length; k++) {
        double sum = row[k] + bias[k];
        row[k] =
            settings.form().activation() == Activation.TANH
                ? Math.tanh(sum)
                : 1 / (1 + Math.exp(-sum));
      }
    }
    return sums;
  }

  /** W, or W ⊙ K. */
  private double[][] weight(String name) {
    double[][] weight = PlainRows.parameter(parameters, name + "/weight");
    if (settings.form().kernel() == Kernel.LOCAL) {
      double[][] kernel = kernel(name);
      for (int r = 0; r < weight.length; r++) {
        for (int c = 0; c < weight[r].length; c++) {
          weight[r][c] *= kernel[r][c];
        }
      }
    }
    return weight;
  }

  /** K_rc = max(0, 1 − ‖u_r − v_c‖²). */
  private double[][] kernel(String name) {
    double[][] u = PlainRows.parameter(parameters, name + "/kernel/rows");
    double[][] v = PlainRows.parameter(parameters, name + "/kernel/columns");
    double[][] kernel = new double[u.length][v.length];
    for (int r = 0; r < u.length; r++) {
      for (int c = 0; c < v.length; c++) {
        double square = 0;
        for (int d = 0; d < u[r].length; d++) {
          square += (u[r][d] - v[c][d]) * (u[r][d] - v[c][d]);
        }
        kernel[r][c] = Math.max(0, 1 - square);
      }
    }
    return kernel;
  }

  /**
   * Σ (y − x)² over the rows of some items, w₀ of it where x is 0, by observed entry.
   *
   * @param reconstruction y, I × U
   */
  double error(int[] items, double[][] reconstruction) {
    double sum = 0;
    int observed = 0;
    for (int item : items) {
      for (int user = 0; user < train.users(); user++) {
        double y = reconstruction[item][user];
        if (train.contains(user, item)) {
          sum += (y - 1) * (y - 1);
          observed++;
        } else {
          sum += settings.w0() * y * y;
        }
      }
    }
    return sum / observed;
  }

  /** Σ ‖W‖². */
  double penalty() {
    return layers().stream()
        .mapToDouble(name -> PlainRows.squares(PlainRows.parameter(parameters, name + "/weight")))
        .sum();
  }

  /** Σ ‖K‖². */
  double kernelPenalty() {
    return layers().stream().mapToDouble(name -> PlainRows.squares(kernel(name))).sum();
  }

  private List<String> layers() {
    return Stream.concat(
            Stream.of("encoder", "decoder"),
            IntStream.range(1, settings.form().hiddenLayers()).mapToObj(layer -> "hidden/" + layer))
        .toList();
  }
}
