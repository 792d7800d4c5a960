package dev.medley.training;

import dev.medley.core.FeatureMatrix;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.ModalEmbedding;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How far a model has moved from the features it was given, one number per modality, 0 at first and
 * larger the more is forgotten (zhang2024dream, figure 1b).
 *
 * <p>Where the features themselves are learnable it is the mean of 1 − cos(x now, x at the start)
 * over the items that have the modality. Else it is 1 − ρ, with ρ the Pearson correlation between
 * the cosine similarities of the learned embeddings and those of the features, over all pairs of up
 * to 1,000 items: each n-th of those that have the modality, the same at every call. NaN where
 * nothing can be compared.
 */
public final class Forgetting {
  private static final int SAMPLE = 1_000;
  private static final int BLOCK = 1_024;

  private final Map<String, float[]> similarities = new HashMap<>(); // of the original features

  /** One column per modality, in their order. */
  public Map<String, Double> of(List<ModalEmbedding> embeddings) {
    Map<String, Double> columns = new LinkedHashMap<>();
    for (ModalEmbedding embedding : embeddings) {
      try (Scope scope = Scope.open()) {
        columns.put(
            embedding.column(),
            NoGradient.of(() -> embedding.learnable() ? moved(embedding) : unlike(embedding)));
      }
    }
    return columns;
  }

  private static double moved(ModalEmbedding embedding) {
    FeatureMatrix original = embedding.original();
    int dimension = original.dimension();
    Tensor now = embedding.value().get().detach(); // I × F
    float[] before = new float[dimension];
    double sum = 0;
    int count = 0;
    for (int from = 0; from < original.rows(); from += BLOCK) {
      int rows = Math.min(BLOCK, original.rows() - from);
      float[] after = Tensors.toFloats(now.narrow(0, from, rows).to(torch.ScalarType.Float));
      for (int k = 0; k < rows; k++) {
        if (original.isPresent(from + k)) {
          original.copyRow(from + k, before, 0);
          double cosine = cosine(before, after, k * dimension);
          if (Double.isFinite(cosine)) {
            sum += 1 - cosine;
            count++;
          }
        }
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  private static double cosine(float[] a, float[] b, int offset) {
    double product = 0;
    double aa = 0;
    double bb = 0;
    for (int k = 0; k < a.length; k++) {
      double x = a[k];
      double y = b[offset + k];
      product += x * y;
      aa += x * x;
      bb += y * y;
    }
    return product / Math.sqrt(aa * bb);
  }

  private double unlike(ModalEmbedding embedding) {
    FeatureMatrix original = embedding.original();
    int[] sample = sample(original);
    float[] before =
        similarities.computeIfAbsent(
            original.modality(), modality -> cosines(rows(original, sample)));
    float[] after = cosines(embedding.value().get().detach().index_select(0, Tensors.rows(sample)));
    return 1 - correlation(before, after, sample.length);
  }

  private static int[] sample(FeatureMatrix features) {
    int[] present = IntStream.range(0, features.rows()).filter(features::isPresent).toArray();
    int size = Math.min(SAMPLE, present.length);
    return IntStream.range(0, size)
        .map(k -> present[(int) ((long) k * present.length / size)])
        .toArray();
  }

  private static Tensor rows(FeatureMatrix features, int[] sample) {
    float[] values = new float[Math.multiplyExact(sample.length, features.dimension())];
    for (int k = 0; k < sample.length; k++) {
      features.copyRow(sample[k], values, k * features.dimension());
    }
    return Tensors.of(values, sample.length, features.dimension()); // n × F
  }

  /** n × n, row by row. */
  private static float[] cosines(Tensor rows) {
    Tensor x = rows.to(torch.ScalarType.Double);
    Tensor norms =
        x.square().sum(1).sqrt().clamp_min(Tensors.scalar(Double.MIN_NORMAL)).unsqueeze(1);
    Tensor unit = x.div(norms);
    return Tensors.toFloats(torch.mm(unit, unit.t()).to(torch.ScalarType.Float));
  }

  /** Pearson's, over the entries above the diagonal. */
  private static double correlation(float[] a, float[] b, int n) {
    double meanA = meanAbove(a, n);
    double meanB = meanAbove(b, n);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int row = 0; row < n; row++) {
      for (int column = row + 1; column < n; column++) {
        double x = a[row * n + column] - meanA;
        double y = b[row * n + column] - meanB;
        ab += x * y;
        aa += x * x;
        bb += y * y;
      }
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static double meanAbove(float[] values, int n) {
    double sum = 0;
    for (int row = 0; row < n; row++) {
      for (int column = row + 1; column < n; column++) {
        sum += values[row * n + column];
      }
    }
    return sum / (n * (n - 1.0) / 2);
  }
}
