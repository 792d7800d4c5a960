package dev.medley.engine;

import dev.medley.core.Interactions;
import org.bytedeco.pytorch.Tensor;

/**
 * The user–item graph Â = D^-1/2 [[0, R], [Rᵀ, 0]] D^-1/2 over N = U + I nodes, users first
 * (he2020lightgcn, section 3.2.1). A node without interactions has an empty row. Symmetric, so its
 * gradient is the same product. Owns native memory until closed.
 */
public final class UserItemGraph implements AutoCloseable {
  private final int users;
  private final SparseMatrix normalized; // N × N

  private UserItemGraph(int users, SparseMatrix normalized) {
    this.users = users;
    this.normalized = normalized;
  }

  /** The graph of all these interactions. */
  public static UserItemGraph of(Interactions train) {
    int users = train.users();
    int items = train.items();
    Interactions byItem = train.transposed();
    int edges = train.size();
    int[] offsets = new int[users + items + 1];
    int[] columns = new int[2 * edges];
    float[] weights = new float[2 * edges];
    int position = 0;
    for (int user = 0; user < users; user++) {
      for (int k = train.begin(user); k < train.end(user); k++) {
        int item = train.columns()[k];
        columns[position] = users + item;
        weights[position++] = weight(train.count(user), byItem.count(item));
      }
      offsets[user + 1] = position;
    }
    for (int item = 0; item < items; item++) {
      for (int k = byItem.begin(item); k < byItem.end(item); k++) {
        int user = byItem.columns()[k];
        columns[position] = user;
        weights[position++] = weight(train.count(user), byItem.count(item));
      }
      offsets[users + item + 1] = position;
    }
    return new UserItemGraph(users, SparseMatrix.of(users + items, offsets, columns, weights));
  }

  private static float weight(int userDegree, int itemDegree) {
    return (float) (1 / Math.sqrt((double) userDegree * itemDegree));
  }

  /** U; the items' nodes follow. */
  public int users() {
    return users;
  }

  /** N = U + I. */
  public int nodes() {
    return normalized.rows();
  }

  /** How many entries Â stores, two per interaction. */
  public long entries() {
    return normalized.entries();
  }

  /** Â x, for x of N × D. */
  public Tensor times(Tensor x) {
    return LinearMap.apply(x, normalized::times, normalized::times); // N × D
  }

  /**
   * The mean of Âˡ x over l = 0 … L.
   *
   * @param x N × D
   * @param layers L, at least 0
   */
  public Tensor meanOfPowers(Tensor x, int layers) {
    if (layers == 0) {
      return x;
    }
    return LinearMap.apply(x, y -> mean(y, layers), gradient -> mean(gradient, layers)); // N × D
  }

  private Tensor mean(Tensor x, int layers) {
    Tensor sum = null;
    Tensor power = x;
    for (int layer = 1; layer <= layers; layer++) {
      power = normalized.times(power);
      if (sum == null) {
        sum = x.add(power);
      } else {
        sum.add_(power); // what it returns is an alias, which owns nothing
      }
    }
    if (sum == null) {
      return x;
    }
    sum.mul_(Tensors.scalar(1.0 / (layers + 1)));
    return sum;
  }

  @Override
  public void close() {
    normalized.close();
  }
}
