package dev.medley.testkit;

import dev.medley.core.Interactions;
import dev.medley.engine.Parameters;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Mult-VAE (liang2018variational) in plain loops over float64 arrays: users' rows of all I items, D
 * latent dimensions.
 */
final class LiteralMultVae {

  /**
   * What becomes of some users.
   *
   * @param likelihood the mean over users of −Σ x_i log π_i
   * @param divergence the mean over users of KL(N(μ, σ²) ‖ N(0, 1))
   * @param logits of π, B × I
   */
  record Bound(double likelihood, double divergence, double[][] logits) {}

  private final int dim;
  private final Interactions train;
  private final Parameters parameters;

  /** The model of these parameters as they are when it is asked. */
  LiteralMultVae(int dim, Interactions train, Parameters parameters) {
    this.dim = dim;
    this.train = train;
    this.parameters = parameters;
  }

  /** The bound at z = μ with whole rows. */
  Bound atMeans(int[] users) {
    double[] kept = new double[train.size()];
    Arrays.fill(kept, 1);
    return bound(users, kept, new double[users.length][dim]);
  }

  /**
   * The bound at z = μ + ε ⊙ σ.
   *
   * @param kept factor of each of the users' entries, user by user
   * @param noise ε, B × D
   */
  Bound bound(int[] users, double[] kept, double[][] noise) {
    double[][] x = new double[users.length][train.items()];
    int entry = 0;
    for (int row = 0; row < users.length; row++) {
      for (int item : train.itemsOf(users[row])) {
        x[row][item] = (float) (1 / Math.sqrt(train.count(users[row]))) * kept[entry++];
      }
    }
    double[][] both =
        PlainRows.linear(
            parameters,
            "latent",
            PlainRows.tanh(PlainRows.linear(parameters, "encoder", x))); // B × 2D
    double divergence = 0;
    double[][] z = new double[users.length][dim];
    for (int row = 0; row < users.length; row++) {
      for (int d = 0; d < dim; d++) {
        double mean = both[row][d];
        double deviation = Math.sqrt(Math.exp(both[row][dim + d]));
        z[row][d] = mean + noise[row][d] * deviation;
        divergence += (mean * mean + deviation * deviation - 1) / 2 - Math.log(deviation);
      }
    }
    double[][] hidden = PlainRows.tanh(PlainRows.linear(parameters, "decoder", z)); // B × H
    double[][] output = PlainRows.parameter(parameters, "output/weight"); // I × H
    double[] bias = PlainRows.parameter(parameters, "output/bias")[0];
    double likelihood = 0;
    double[][] logits = new double[users.length][train.items()];
    for (int row = 0; row < users.length; row++) {
      for (int item = 0; item < train.items(); item++) {
        logits[row][item] = PlainRows.dot(hidden[row], output[item]) + bias[item];
      }
      double[] logs = PlainRows.logSoftmax(logits[row]);
      for (int item : train.itemsOf(users[row])) {
        likelihood -= logs[item];
      }
    }
    return new Bound(likelihood / users.length, divergence / users.length, logits);
  }

  /** Σ ‖W‖². */
  double penalty() {
    return DoubleStream.of(
            squares("encoder/weight"),
            squares("latent/weight"),
            squares("decoder/weight"),
            squares("output/weight"))
        .sum();
  }

  private double squares(String name) {
    return PlainRows.squares(PlainRows.parameter(parameters, name));
  }
}
