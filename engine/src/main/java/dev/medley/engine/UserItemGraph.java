package dev.medley.engine;

import dev.medley.core.Interactions;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The user–item graph Â over N = U + I nodes, users first. With A = [[0, R], [Rᵀ, 0]] and D its row
 * sums it is D^-1/2 A D^-1/2 (he2020lightgcn, section 3.2.1), where a node without interactions has
 * an empty row; symmetric, so its gradient is the same product. Or it averages: (D + 1)^-1 (A + 1),
 * each node the mean of itself and its neighbours, or D^-1 A, of its neighbours alone. Owns native
 * memory until closed.
 */
public final class UserItemGraph implements AutoCloseable {
  private final int users;
  private final SparseMatrix normalized; // N × N
  private final SparseMatrix transposed; // the same one where it is symmetric

  private UserItemGraph(int users, SparseMatrix normalized, SparseMatrix transposed) {
    this.users = users;
    this.normalized = normalized;
    this.transposed = transposed;
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
    SparseMatrix symmetric = SparseMatrix.of(users + items, offsets, columns, weights);
    return new UserItemGraph(users, symmetric, symmetric);
  }

  /** The graph of all these interactions that averages, each node among them. */
  public static UserItemGraph averaging(Interactions train) {
    return rowNormalized(train, true);
  }

  /** The graph of all these interactions that averages over the neighbours alone. */
  public static UserItemGraph ofNeighborMeans(Interactions train) {
    return rowNormalized(train, false);
  }

  private static UserItemGraph rowNormalized(Interactions train, boolean selfLoops) {
    int users = train.users();
    int nodes = users + train.items();
    int self = selfLoops ? 1 : 0;
    Interactions byItem = train.transposed();
    int[] offsets = new int[nodes + 1];
    int[] columns = new int[2 * train.size() + self * nodes];
    float[] weights = new float[columns.length];
    int position = 0;
    for (int node = 0; node < nodes; node++) {
      boolean user = node < users;
      Interactions side = user ? train : byItem;
      int row = user ? node : node - users;
      if (selfLoops) {
        columns[position++] = node;
      }
      for (int k = side.begin(row); k < side.end(row); k++) {
        columns[position++] = side.columns()[k] + (user ? users : 0);
      }
      Arrays.fill(weights, offsets[node], position, 1f / (self + side.count(row)));
      offsets[node + 1] = position;
    }
    try (Owned made = new Owned()) {
      SparseMatrix matrix = made.add(SparseMatrix.of(nodes, offsets, columns, weights));
      UserItemGraph graph = new UserItemGraph(users, matrix, matrix.transposed());
      made.kept();
      return graph;
    }
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

  /** How many entries Â stores: two per interaction, and one per node that is its own neighbour. */
  public long entries() {
    return normalized.entries();
  }

  /** Â x, for x of N × D. */
  public Tensor times(Tensor x) {
    return LinearMap.apply(x, normalized::times, transposed::times); // N × D
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
    return LinearMap.apply(
        x, y -> mean(normalized, y, layers), gradient -> mean(transposed, gradient, layers));
  }

  private static Tensor mean(SparseMatrix matrix, Tensor x, int layers) {
    Tensor sum = null;
    Tensor power = x;
    for (int layer = 1; layer <= layers; layer++) {
      power = matrix.times(power);
      sum = sum == null ? x.add(power) : sum.add_(power);
    }
    return sum == null ? x : sum.mul_(Tensors.scalar(1.0 / (layers + 1)));
  }

  @Override
  public void close() {
    normalized.close();
    if (transposed != normalized) {
      transposed.close();
    }
  }
}
