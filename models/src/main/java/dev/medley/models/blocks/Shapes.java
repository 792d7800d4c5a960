package dev.medley.models.blocks;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Checks on the shapes of what enters a loss, so that nothing is broadcast by accident. */
public final class Shapes {

  private Shapes() {}

  /** Refuses two tensors of different shapes. */
  public static void same(String subject, Tensor left, Tensor right) {
    boolean same = left.dim() == right.dim();
    for (long axis = 0; same && axis < left.dim(); axis++) {
      same = left.size(axis) == right.size(axis);
    }
    if (!same) {
      throw new IllegalArgumentException(
          subject + ": expected equal shapes, got " + describe(left) + " and " + describe(right));
    }
  }

  /** A shape in words, as {@code 2048 × 64}. */
  public static String describe(Tensor tensor) {
    List<String> sizes = new ArrayList<>();
    for (long axis = 0; axis < tensor.dim(); axis++) {
      sizes.add(Long.toString(tensor.size(axis)));
    }
    return sizes.isEmpty() ? "a single number" : String.join(" × ", sizes);
  }
}
