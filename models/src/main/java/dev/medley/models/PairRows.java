package dev.medley.models;

import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The rows of a batch of pairs in a table of nodes, gathered at once: three gathers would each cost
 * a table-sized gradient.
 *
 * @param all 3 × B × D
 * @param users B × D
 * @param positives B × D
 * @param negatives B × D
 */
public record PairRows(Tensor all, Tensor users, Tensor positives, Tensor negatives) {

  /**
   * Gathers a batch's rows.
   *
   * @param rows from {@link #indices}, 3B
   * @param table N × D
   */
  public static PairRows of(Tensor rows, Tensor table) {
    long batch = rows.size(0) / 3;
    Tensor all = table.index_select(0, rows).view(3, batch, table.size(1)); // 3 × B × D
    TensorVector parts = all.unbind(0);
    return new PairRows(all, parts.get(0), parts.get(1), parts.get(2));
  }

  /**
   * The rows of a batch in a table of users followed by items: users, positives, negatives.
   *
   * @param users U
   * @return 3B, int64
   */
  public static Tensor indices(Batch.Pairs batch, int users) {
    int size = batch.size();
    long[] rows = new long[3 * size];
    for (int k = 0; k < size; k++) {
      rows[k] = batch.users()[k];
      rows[size + k] = (long) users + batch.positives()[k];
      rows[2 * size + k] = (long) users + batch.negatives()[k];
    }
    return Tensors.longs(rows);
  }
}
