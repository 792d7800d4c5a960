package dev.medley.testkit;

import dev.medley.engine.Parameters;
import dev.medley.models.blocks.Disentangled;
import dev.medley.testkit.LiteralDisentangled.Draws;

/**
 * ADDVAE (tran2022aligning) in plain loops over float64 arrays, one user after the other: K
 * prototypes, D dimensions, B users.
 */
final class LiteralAddVae {

  /** The terms of the loss before their weights. */
  record Terms(
      double likelihood,
      double divergence,
      double textLikelihood,
      double textDivergence,
      double alignment) {}

  private final LiteralDisentangled ofItems;
  private final LiteralDisentangled ofWords;

  /** The model of these parameters as they are when it is asked. */
  LiteralAddVae(Disentangled.Form form, Parameters parameters) {
    this.ofItems = new LiteralDisentangled(form, "items", parameters);
    this.ofWords = new LiteralDisentangled(form, "words", parameters);
  }

  /** Both sets of a user after they have attended each other, K × D each. */
  private record Attended(double[][] itemsGivenWords, double[][] wordsGivenItems) {
    double[][] sum() {
      double[][] sum = new double[itemsGivenWords.length][itemsGivenWords[0].length];
      for (int k = 0; k < sum.length; k++) {
        for (int d = 0; d < sum[k].length; d++) {
          sum[k][d] = itemsGivenWords[k][d] + wordsGivenItems[k][d];
        }
      }
      return sum;
    }

    /** Σ over k and j of softplus(−x_k·y_k) / K, and of softplus(x_k·y_j) / (K (K − 1)). */
    double contrast() {
      int count = itemsGivenWords.length;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        for (int j = 0; j < count; j++) {
          double product = PlainRows.dot(itemsGivenWords[k], wordsGivenItems[j]);
          sum += k == j ? softplus(-product) / count : softplus(product) / (count * (count - 1));
        }
      }
      return sum;
    }
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  private Attended[] attended(
      double[][] itemRows, double[][] wordRows, Draws itemDraws, Draws wordDraws) {
    double[][][] byItems = ofItems.encoded(itemRows, itemDraws); // K of B × D
    double[][][] byWords = ofWords.encoded(wordRows, wordDraws);
    Attended[] attended = new Attended[itemRows.length];
    for (int row = 0; row < attended.length; row++) {
      double[][] items = new double[byItems.length][];
      double[][] words = new double[byItems.length][];
      for (int k = 0; k < byItems.length; k++) {
        items[k] = byItems[k][row];
        words[k] = byWords[k][row];
      }
      attended[row] = new Attended(deAttended(words, items), deAttended(items, words));
    }
    return attended;
  }

  /** (tanh(Q Kᵀ / √D) ⊙ σ(N − mean N)) K with N = −‖q − k‖₁ / √D, the mean over keys. */
  private static double[][] deAttended(double[][] queries, double[][] keys) {
    int dim = keys[0].length;
    double[][] mixed = new double[queries.length][dim];
    for (int q = 0; q < queries.length; q++) {
      double[] nearness = new double[keys.length];
      double mean = 0;
      for (int k = 0; k < keys.length; k++) {
        for (int d = 0; d < dim; d++) {
          nearness[k] -= Math.abs(queries[q][d] - keys[k][d]) / Math.sqrt(dim);
        }
        mean += nearness[k] / keys.length;
      }
      for (int k = 0; k < keys.length; k++) {
        double weight =
            Math.tanh(PlainRows.dot(queries[q], keys[k]) / Math.sqrt(dim))
                / (1 + Math.exp(mean - nearness[k]));
        for (int d = 0; d < dim; d++) {
          mixed[q][d] += weight * keys[k][d];
        }
      }
    }
    return mixed;
  }

  /**
   * The loss's terms on some users.
   *
   * @param itemRows B × I
   * @param wordRows the same users' bags of words, B × V
   */
  Terms terms(double[][] itemRows, double[][] wordRows, Draws itemDraws, Draws wordDraws) {
    Attended[] attended = attended(itemRows, wordRows, itemDraws, wordDraws);
    double[][][] z = new double[attended.length][][];
    double alignment = 0;
    for (int row = 0; row < z.length; row++) {
      z[row] = attended[row].sum();
      alignment += attended[row].contrast() / z.length;
    }
    return new Terms(
        ofItems.likelihood(itemRows, z, itemDraws),
        ofItems.divergence(itemRows, itemDraws),
        ofWords.likelihood(wordRows, z, wordDraws),
        ofWords.divergence(wordRows, wordDraws),
        alignment);
  }

  /** What the items' decoder gives where nothing is drawn, B × I. */
  double[][] scores(double[][] itemRows, double[][] wordRows, Draws itemDraws, Draws wordDraws) {
    Attended[] attended = attended(itemRows, wordRows, itemDraws, wordDraws);
    double[][] scores = new double[attended.length][];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = ofItems.logits(attended[row].sum(), itemDraws);
    }
    return scores;
  }
}
