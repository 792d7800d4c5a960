package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** RᵀR: how many users two items share. */
public final class ItemGram {
  private static final int BLOCK_FLOATS = 4 << 20;

  private ItemGram() {}

  /**
   * Counts it from the interactions, row by row; nothing else of its size is made. Exact up to 2²⁴
   * users.
   *
   * @param train R, U × I
   * @param parameters give the number type
   * @return I × I, contiguous, in the innermost scope
   */
  public static Tensor of(Interactions train, Parameters parameters) {
    int items = train.items();
    Interactions byItem = train.transposed();
    Tensor gram = parameters.empty(items, items); // I × I
    int height = Math.max(1, Math.min(items, BLOCK_FLOATS / Math.max(1, items)));
    float[] block = new float[Math.multiplyExact(height, items)];
    for (int from = 0; from < items; from += height) {
      int count = Math.min(height, items - from);
      Arrays.fill(block, 0);
      for (int item = from; item < from + count; item++) {
        int row = (item - from) * items;
        for (int k = byItem.begin(item); k < byItem.end(item); k++) {
          int user = byItem.columns()[k];
          for (int n = train.begin(user); n < train.end(user); n++) {
            block[row + train.columns()[n]]++;
          }
        }
      }
      try (Scope scope = Scope.open()) {
        gram.narrow(0, from, count).copy_(Tensors.of(block, height, items).narrow(0, 0, count));
      }
    }
    return gram;
  }
}
