package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import java.util.Arrays;

/** Which items share users, from the columns r_i of R. */
public final class CoOccurrence {

  private CoOccurrence() {}

  /**
   * The {@code neighbors} largest s_ij = r_i·r_j / (‖r_i‖‖r_j‖ + shrink) of each item i, without
   * itself and without items that share no user with it; ties go to the smaller number.
   *
   * @param train R, U × I
   * @param neighbors at least 1
   * @param shrink at least 0
   */
  public static ItemNeighbors nearest(Interactions train, int neighbors, double shrink) {
    Interactions byItem = train.transposed();
    TopNeighbors rows = new TopNeighbors(train.items(), neighbors);
    float[] common = new float[train.items()]; // r_i·r_j for the item at hand
    int[] touched = new int[train.items()];
    for (int item = 0; item < train.items(); item++) {
      int count = 0;
      for (int k = byItem.begin(item); k < byItem.end(item); k++) {
        int user = byItem.columns()[k];
        for (int n = train.begin(user); n < train.end(user); n++) {
          int other = train.columns()[n];
          if (common[other]++ == 0) {
            touched[count++] = other;
          }
        }
      }
      Arrays.sort(touched, 0, count);
      for (int k = 0; k < count; k++) {
        int other = touched[k];
        if (other != item) {
          double norms = Math.sqrt(byItem.count(item)) * Math.sqrt(byItem.count(other));
          rows.offer(other, common[other] / (norms + shrink));
        }
        common[other] = 0;
      }
      rows.endRow();
    }
    return rows.toScorer(train);
  }
}
