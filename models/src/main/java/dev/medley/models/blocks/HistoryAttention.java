package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Users who attend to the items of their own history, from one modality into the others: for each
 * modality m the mean over the others m′ of Σ_j softmax_j(q_u · k_j / √D) v_j, with q_u a map of
 * the mean of the user's items in m, and k_j, v_j maps of the user's items j in m′.
 *
 * <p>U users, I items, M modalities, E interactions with items that have one, D columns. Owns
 * native memory until closed.
 */
public final class HistoryAttention implements AutoCloseable {

  /** Interactions with items that have a modality, and its maps, D × D each. */
  private record Histories(
      Tensor userOf, Tensor itemOf, Parameter queries, Parameter keys, Parameter values) {}

  private final int users;
  private final List<Histories> modalities = new ArrayList<>();
  private final Owned owned;

  /**
   * At its start; parameters are called {@code history/MODALITY/queries}, {@code …/keys} and {@code
   * …/values}.
   *
   * @param features M of them, at least two
   * @param dim D
   */
  public HistoryAttention(
      Interactions train, List<FeatureMatrix> features, int dim, Parameters parameters) {
    this.users = train.users();
    double bound = 1 / Math.sqrt(dim);
    try (Owned made = new Owned()) {
      for (FeatureMatrix matrix : features) {
        String name = "history/" + matrix.modality();
        Parameter queries = parameters.uniform(name + "/queries", bound, dim, dim);
        Parameter keys = parameters.uniform(name + "/keys", bound, dim, dim);
        Parameter values = parameters.uniform(name + "/values", bound, dim, dim);
        int[][] pairs = having(train, matrix);
        modalities.add(
            new Histories(rows(pairs[0], made), rows(pairs[1], made), queries, keys, values));
      }
      this.owned = made.kept();
    }
  }

  private static Tensor rows(int[] numbers, Owned owner) {
    try (Scope scope = Scope.open()) {
      Tensor rows = scope.release(Tensors.rows(numbers));
      owner.add(() -> Scope.free(rows));
      return rows;
    }
  }

  private static int[][] having(Interactions train, FeatureMatrix features) {
    int[] users = train.userOfEach();
    int[] items = train.columns();
    int[][] kept = new int[2][users.length];
    int count = 0;
    for (int k = 0; k < users.length; k++) {
      if (features.isPresent(items[k])) {
        kept[0][count] = users[k];
        kept[1][count++] = items[k];
      }
    }
    return new int[][] {Arrays.copyOf(kept[0], count), Arrays.copyOf(kept[1], count)};
  }

  /**
   * What each user attends to.
   *
   * @param embedded the items' embeddings in each modality, I × D
   * @return M of U × D; zeros for a user without an item that has a modality
   */
  public List<Tensor> attended(List<Tensor> embedded) {
    List<Tensor> all = new ArrayList<>();
    for (int m = 0; m < modalities.size(); m++) {
      Histories own = modalities.get(m);
      Tensor queries = mean(own, embedded.get(m)).mm(own.queries.value()); // U × D
      Tensor sum = torch.zeros_like(queries);
      for (int other = 0; other < modalities.size(); other++) {
        if (other != m) {
          sum = sum.add(attended(queries, modalities.get(other), embedded.get(other)));
        }
      }
      all.add(sum.mul(Tensors.scalar(1.0 / Math.max(1, modalities.size() - 1)))); // U × D
    }
    return all;
  }

  private Tensor mean(Histories of, Tensor items) {
    Tensor ones = torch.ones(new long[] {of.userOf.size(0), 1}, items.options()); // E × 1
    Tensor counts = sums(of, ones).clamp_min(Tensors.scalar(1)); // U × 1
    return sums(of, items.index_select(0, of.itemOf)).div(counts); // U × D
  }

  private Tensor attended(Tensor queries, Histories over, Tensor items) {
    Tensor keys = items.mm(over.keys.value()).index_select(0, over.itemOf); // E × D
    Tensor values = items.mm(over.values.value()).index_select(0, over.itemOf); // E × D
    Tensor scores =
        Bpr.rowDots(queries.index_select(0, over.userOf), keys)
            .mul(Tensors.scalar(1 / Math.sqrt((double) queries.size(1))))
            .unsqueeze(1); // E × 1
    Tensor largest = NoGradient.of(() -> largest(over, scores.detach())); // E × 1
    Tensor powers = scores.sub(largest).exp(); // E × 1
    Tensor norms = sums(over, powers).index_select(0, over.userOf); // E × 1
    return sums(over, values.mul(powers.div(norms))); // U × D
  }

  /** The largest score among those of the same user, which keeps powers in range. */
  private Tensor largest(Histories over, Tensor scores) {
    return torch
        .zeros(new long[] {users}, scores.options())
        .scatter_reduce(0, over.userOf, scores.squeeze(1), "amax", false) // U
        .index_select(0, over.userOf)
        .unsqueeze(1);
  }

  private Tensor sums(Histories of, Tensor rows) {
    return torch
        .zeros(new long[] {users, rows.size(1)}, rows.options())
        .index_add(0, of.userOf, rows); // U × columns
  }

  @Override
  public void close() {
    owned.close();
  }
}
