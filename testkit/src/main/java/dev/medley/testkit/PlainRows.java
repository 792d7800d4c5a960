package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.models.Model;
import java.util.function.ToDoubleBiFunction;
import org.bytedeco.pytorch.Tensor;

/** Matrices as arrays of rows, and what oracles compute with them, one number at a time. */
final class PlainRows {

  private PlainRows() {}

  /** The parameter {@code name}; a vector is one row. */
  static double[][] parameter(Model model, String name) {
    return parameter(model.parameters(), name);
  }

  /** The parameter {@code name}; a vector is one row. */
  static double[][] parameter(Parameters parameters, String name) {
    Tensor value = parameters.tensors().get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    double[] all = Doubles.toArray(value);
    int columns = Math.toIntExact(value.size(value.dim() - 1));
    double[][] rows = new double[all.length / columns][columns];
    for (int k = 0; k < all.length; k++) {
      rows[k / columns][k % columns] = all[k];
    }
    return rows;
  }

  /** Draws every parameter anew from U(±½), so that nothing, as a bias, is at zero. */
  static void redraw(Parameters parameters, Seed seed) {
    for (Parameter parameter : parameters.all()) {
      float[] numbers = new float[Math.toIntExact(parameter.count())];
      RandomStream random = seed.child(parameter.name()).stream();
      for (int k = 0; k < numbers.length; k++) {
        numbers[k] = (float) (random.nextDouble() - 0.5);
      }
      parameters.set(parameter.name(), numbers);
    }
  }

  /** The rows of features; those that are missing are zeros. */
  static double[][] of(FeatureMatrix features) {
    double[][] rows = new double[features.rows()][features.dimension()];
    float[] row = new float[features.dimension()];
    for (int item = 0; item < rows.length; item++) {
      if (features.isPresent(item)) {
        features.copyRow(item, row, 0);
        for (int k = 0; k < row.length; k++) {
          rows[item][k] = row[k];
        }
      }
    }
    return rows;
  }

  /** Â, dense, its weights rounded to float32 as the engine stores them. */
  static double[][] adjacency(Interactions train) {
    int users = train.users();
    int[] counts = train.itemCounts();
    double[][] matrix = new double[users + train.items()][users + train.items()];
    for (int user = 0; user < users; user++) {
      for (int item : train.itemsOf(user)) {
        double weight = (float) (1 / Math.sqrt((double) train.count(user) * counts[item]));
        matrix[user][users + item] = weight;
        matrix[users + item][user] = weight;
      }
    }
    return matrix;
  }

  static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int r = 0; r < a.length; r++) {
      for (int c = 0; c < b[0].length; c++) {
        for (int k = 0; k < b.length; k++) {
          product[r][c] += a[r][k] * b[k][c];
        }
      }
    }
    return product;
  }

  /** x W + b. */
  static double[][] linear(Model model, String name, double[][] x) {
    return linear(model.parameters(), name, x);
  }

  /** x W + b. */
  static double[][] linear(Parameters parameters, String name, double[][] x) {
    double[][] product = times(x, parameter(parameters, name + "/weight"));
    double[] bias = parameter(parameters, name + "/bias")[0];
    for (double[] row : product) {
      for (int k = 0; k < row.length; k++) {
        row[k] += bias[k];
      }
    }
    return product;
  }

  /** The hyperbolic tangent of every number, in place. */
  static double[][] tanh(double[][] x) {
    for (double[] row : x) {
      for (int k = 0; k < row.length; k++) {
        row[k] = Math.tanh(row[k]);
      }
    }
    return x;
  }

  /** x / ‖x‖. */
  static double[] unit(double[] x) {
    double length = Math.sqrt(dot(x, x));
    double[] unit = x.clone();
    for (int k = 0; k < unit.length; k++) {
      unit[k] /= length;
    }
    return unit;
  }

  /** log softmax. */
  static double[] logSoftmax(double[] x) {
    double sum = 0;
    for (double each : x) {
      sum += Math.exp(each);
    }
    double[] logs = x.clone();
    for (int k = 0; k < logs.length; k++) {
      logs[k] -= Math.log(sum);
    }
    return logs;
  }

  /** ‖x‖² of all numbers. */
  static double squares(double[][] x) {
    double sum = 0;
    for (double[] row : x) {
      sum += dot(row, row);
    }
    return sum;
  }

  static double[][] stacked(double[][] above, double[][] below) {
    double[][] all = new double[above.length + below.length][];
    System.arraycopy(above, 0, all, 0, above.length);
    System.arraycopy(below, 0, all, above.length, below.length);
    return all;
  }

  static double[] concatenated(double[]... parts) {
    int size = 0;
    for (double[] part : parts) {
      size += part.length;
    }
    double[] all = new double[size];
    int from = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, all, from, part.length);
      from += part.length;
    }
    return all;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  /** 0 where either is zero. */
  static double cosine(double[] a, double[] b) {
    double lengths = Math.sqrt(dot(a, a) * dot(b, b));
    return lengths == 0 ? 0 : dot(a, b) / lengths;
  }

  /** The mean over k of −log(exp(cos(a_k, b_k) / τ) / Σ_j exp(cos(a_k, b_j) / τ)). */
  static double infoNce(double[][] a, double[][] b, double temperature) {
    return infoNce(a, b, temperature, PlainRows::cosine);
  }

  /** The same with another likeness in the cosine's place. */
  static double infoNce(
      double[][] a,
      double[][] b,
      double temperature,
      ToDoubleBiFunction<double[], double[]> likeness) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      double all = 0;
      for (double[] other : b) {
        all += Math.exp(likeness.applyAsDouble(a[k], other) / temperature);
      }
      sum -= likeness.applyAsDouble(a[k], b[k]) / temperature - Math.log(all);
    }
    return sum / a.length;
  }

  static double logSigmoid(double x) {
    return -Math.log1p(Math.exp(-x));
  }
}
