package dev.medley.features;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Words weighted by how rare they are (sublinear TF-IDF, rows of length 1), reduced to the D
 * directions in which the rows vary most: a truncated SVD by subspace iteration from a seeded
 * random start (halko2011finding).
 *
 * <p>N sentences, V words, K = D + 8 columns of the iteration. A is the N × V matrix of weights;
 * rows of A V_D of length 1 are the result.
 */
final class TfIdf {
  /** As on the command line. */
  static final String NAME = "tfidf";

  /** D, unless another is asked for. */
  static final int DIMENSION = 128;

  private static final int MOST_WORDS = 20_000; // V
  private static final int EXTRA = 8;
  private static final int ITERATIONS = 6;

  private final int words; // V
  private final List<int[]> indices = new ArrayList<>();
  private final List<float[]> weights = new ArrayList<>();
  private final double[][] directions; // V × D

  /**
   * Fits the directions.
   *
   * @param sentences each of which is then a row, in this order
   * @param dimension D; less where there are fewer words or sentences
   */
  TfIdf(Iterable<String> sentences, int dimension) {
    Map<String, Integer> counts = new HashMap<>();
    int count = 0;
    for (String sentence : sentences) {
      count++;
      occurrences(sentence).keySet().forEach(word -> counts.merge(word, 1, Integer::sum));
    }
    Map<String, Integer> vocabulary = vocabulary(counts);
    words = vocabulary.size();
    double[] rarity = new double[words];
    int n = count;
    vocabulary.forEach(
        (word, k) ->
            rarity[k] = StrictMath.log((1.0 + n) / (1 + counts.getOrDefault(word, 0))) + 1);
    for (String sentence : sentences) {
      addRow(sentence, vocabulary, rarity);
    }
    directions = directions(Math.max(1, Math.min(dimension, Math.min(words, count))));
  }

  private static Map<String, Integer> occurrences(String sentence) {
    Map<String, Integer> found = new LinkedHashMap<>();
    for (String word : sentence.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
      if (!word.isEmpty()) {
        found.merge(word, 1, Integer::sum);
      }
    }
    return found;
  }

  /** The words that stand in two sentences or more, the most frequent first. */
  private static Map<String, Integer> vocabulary(Map<String, Integer> counts) {
    List<Map.Entry<String, Integer>> known = new ArrayList<>();
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      if (entry.getValue() >= 2) {
        known.add(entry);
      }
    }
    known.sort(
        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    Map<String, Integer> vocabulary = new HashMap<>();
    for (Map.Entry<String, Integer> entry : known.subList(0, Math.min(MOST_WORDS, known.size()))) {
      vocabulary.put(entry.getKey(), vocabulary.size());
    }
    return vocabulary;
  }

  private void addRow(String sentence, Map<String, Integer> vocabulary, double[] rarity) {
    Map<String, Integer> occurrences = occurrences(sentence);
    int[] index = new int[occurrences.size()];
    float[] weight = new float[occurrences.size()];
    int size = 0;
    for (Map.Entry<String, Integer> entry : occurrences.entrySet()) {
      Integer word = vocabulary.get(entry.getKey());
      if (word != null) {
        index[size] = word;
        weight[size++] = (float) ((1 + StrictMath.log(entry.getValue())) * rarity[word]);
      }
    }
    weight = Arrays.copyOf(weight, size);
    Rows.normalize(weight);
    indices.add(Arrays.copyOf(index, size));
    weights.add(weight);
  }

  /** Dimensions of a row. */
  int dimension() {
    return words == 0 ? 1 : directions[0].length;
  }

  /** Whether sentence {@code row} has a word in common with another. */
  boolean known(int row) {
    return weights.get(row).length > 0;
  }

  /** Copies the row of a sentence. */
  void copy(int row, float[] out) {
    double[] sums = new double[out.length];
    addProduct(row, directions, sums);
    for (int k = 0; k < out.length; k++) {
      out[k] = (float) sums[k];
    }
    Rows.normalize(out);
  }

  /** sums += aᵢ M, where M is V × columns. */
  private void addProduct(int row, double[][] matrix, double[] sums) {
    int[] index = indices.get(row);
    float[] weight = weights.get(row);
    for (int k = 0; k < index.length; k++) {
      double[] line = matrix[index[k]];
      for (int c = 0; c < sums.length; c++) {
        sums[c] += weight[k] * line[c];
      }
    }
  }

  private double[][] directions(int dimension) {
    int columns = Math.min(words, dimension + EXTRA); // K
    double[][] basis = new double[words][columns]; // V × K
    RandomStream random = new Seed(0).child("tf-idf").stream();
    for (double[] line : basis) {
      Arrays.setAll(line, c -> random.nextGaussian());
    }
    orthonormalize(basis, columns);
    for (int k = 0; k < ITERATIONS; k++) {
      basis = timesGram(basis, columns);
      orthonormalize(basis, columns);
    }
    DMatrixRMaj small = new DMatrixRMaj(columns, columns); // Bᵀ Aᵀ A B
    double[] product = new double[columns];
    for (int row = 0; row < indices.size(); row++) {
      Arrays.fill(product, 0);
      addProduct(row, basis, product);
      for (int a = 0; a < columns; a++) {
        for (int b = 0; b < columns; b++) {
          small.add(a, b, product[a] * product[b]);
        }
      }
    }
    return turned(basis, leading(small, Math.min(dimension, columns)));
  }

  /** Aᵀ A M. */
  private double[][] timesGram(double[][] matrix, int columns) {
    double[][] result = new double[words][columns];
    double[] product = new double[columns];
    for (int row = 0; row < indices.size(); row++) {
      Arrays.fill(product, 0);
      addProduct(row, matrix, product);
      int[] index = indices.get(row);
      float[] weight = weights.get(row);
      for (int k = 0; k < index.length; k++) {
        double[] line = result[index[k]];
        for (int c = 0; c < columns; c++) {
          line[c] += weight[k] * product[c];
        }
      }
    }
    return result;
  }

  /**
   * Gram–Schmidt over the columns, twice for accuracy; a column that depends on others becomes 0.
   */
  private static void orthonormalize(double[][] matrix, int columns) {
    for (int c = 0; c < columns; c++) {
      double before = norm(matrix, c);
      for (int pass = 0; pass < 2; pass++) {
        for (int other = 0; other < c; other++) {
          double product = 0;
          for (double[] line : matrix) {
            product += line[c] * line[other];
          }
          for (double[] line : matrix) {
            line[c] -= product * line[other];
          }
        }
      }
      double norm = norm(matrix, c);
      double factor = norm > 1e-10 * before ? 1 / norm : 0;
      for (double[] line : matrix) {
        line[c] *= factor;
      }
    }
  }

  private static double norm(double[][] matrix, int column) {
    double square = 0;
    for (double[] line : matrix) {
      square += line[column] * line[column];
    }
    return Math.sqrt(square);
  }

  /** The eigenvectors of the largest eigenvalues, the largest first, each with a fixed sign. */
  private static double[][] leading(DMatrixRMaj symmetric, int count) {
    EigenDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.eig(symmetric.numRows, true, true);
    if (!decomposition.decompose(symmetric)) {
      throw new IllegalStateException("no eigenvectors of a symmetric matrix were found");
    }
    List<Integer> order = new ArrayList<>();
    for (int k = 0; k < symmetric.numRows; k++) {
      order.add(k);
    }
    order.sort(Comparator.comparingDouble(k -> -decomposition.getEigenvalue(k).getReal()));
    double[][] vectors = new double[count][];
    for (int k = 0; k < count; k++) {
      double[] vector = decomposition.getEigenVector(order.get(k)).getData().clone();
      double sum = Arrays.stream(vector).sum();
      vectors[k] = sum < 0 ? Arrays.stream(vector).map(value -> -value).toArray() : vector;
    }
    return vectors;
  }

  private static double[][] turned(double[][] basis, double[][] vectors) {
    double[][] result = new double[basis.length][vectors.length];
    for (int row = 0; row < basis.length; row++) {
      for (int k = 0; k < vectors.length; k++) {
        for (int c = 0; c < vectors[k].length; c++) {
          result[row][k] += basis[row][c] * vectors[k][c];
        }
      }
    }
    return result;
  }
}
