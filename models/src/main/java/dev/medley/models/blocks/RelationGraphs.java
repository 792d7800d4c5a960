package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.engine.LinearMap;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.Neighbors;
import dev.medley.engine.Owned;
import dev.medley.engine.Scope;
import dev.medley.engine.SparseMatrix;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What items and users of one modality take over from those alike: an item from the items nearest
 * to it, a user from the user's items and then from the users nearest to it. One linear map from
 * the items' vectors to those of users and items, with its gradient by hand. Owns native memory
 * until closed.
 *
 * <p>U users, I items, N = U + I nodes, D dimensions.
 */
public final class RelationGraphs implements AutoCloseable {

  /** What a convolution over a graph S does to x. */
  public enum Convolution {
    /** S x. */
    REPLACE,
    /** ½ (x + S x). */
    AVERAGE
  }

  /**
   * How they are made.
   *
   * @param neighbors of each item, itself among them, at least 1 and fewer than the items
   * @param layers convolutions over the items' graph; 0 is none
   * @param userGraph which users are alike
   * @param userNeighbors of each user, cut to what exists; 0 is no graph of users
   * @param edges what stands in either graph
   * @param convolution what one does
   */
  public record Shape(
      int neighbors,
      int layers,
      UserNeighbors userGraph,
      int userNeighbors,
      ItemGraph.Edges edges,
      Convolution convolution) {}

  private final @Nullable ItemGraph items; // S, I × I
  private final Shape shape;
  private final SparseMatrix means; // D_U⁻¹ R of the items that have the modality, U × I
  private final SparseMatrix meansTransposed;
  private final @Nullable ItemGraph users; // G, U × U
  private final Tensor shares; // N × 1, float32
  private final int userCount;
  private final int itemCount;

  private final Owned owned;

  private RelationGraphs(
      Shape shape,
      Interactions train,
      FeatureMatrix features,
      @Nullable Neighbors nearestItems,
      @Nullable Neighbors nearestUsers,
      float[] shares) {
    this.shape = shape;
    this.userCount = train.users();
    this.itemCount = train.items();
    try (Owned made = new Owned()) {
      this.items = nearestItems == null ? null : made.add(graph(nearestItems, shape.edges()));
      this.users = nearestUsers == null ? null : made.add(graph(nearestUsers, shape.edges()));
      this.means = made.add(means(train, features));
      this.meansTransposed = made.add(means.transposed());
      try (Scope scope = Scope.open()) {
        this.shares = scope.release(Tensors.of(shares, shares.length, 1));
      }
      this.owned = made.kept();
    }
  }

  /**
   * The graphs of one modality.
   *
   * @param train U × I
   * @param features I × F, raw
   * @param shares N factors of the result, a row of {@link #shares}
   * @param graphs finds the nearest items and users
   */
  public static RelationGraphs of(
      Shape shape,
      Interactions train,
      FeatureMatrix features,
      float[] shares,
      NeighborGraphs graphs) {
    return new RelationGraphs(
        shape,
        train,
        features,
        shape.layers() == 0 ? null : graphs.nearest(features, shape.neighbors()),
        shape.userNeighbors() == 0
            ? null
            : shape.userGraph().of(train, features, shape.userNeighbors(), graphs),
        shares);
  }

  private static ItemGraph graph(Neighbors nearest, ItemGraph.Edges edges) {
    return ItemGraph.of(List.of(nearest), new double[] {1}, edges);
  }

  private static SparseMatrix means(Interactions train, FeatureMatrix features) {
    UserMeans present = new UserMeans(train, features);
    int[] offsets = new int[train.users() + 1];
    int[] columns = new int[train.size()];
    float[] weights = new float[train.size()];
    int size = 0;
    for (int user = 0; user < train.users(); user++) {
      int count = present.count(user);
      for (int k = train.begin(user); k < train.end(user); k++) {
        if (features.isPresent(train.columns()[k])) {
          columns[size] = train.columns()[k];
          weights[size++] = 1f / count;
        }
      }
      offsets[user + 1] = size;
    }
    return SparseMatrix.of(
        train.items(), offsets, Arrays.copyOf(columns, size), Arrays.copyOf(weights, size));
  }

  /**
   * How much each modality counts in the mean over the modalities that a node has: 1 / their number
   * where it has this one, else 0. A user has what any of the user's items has.
   *
   * @return a row per modality, N columns, users first
   */
  public static float[][] shares(Interactions train, List<FeatureMatrix> features) {
    int users = train.users();
    float[][] shares = new float[features.size()][users + train.items()];
    for (int m = 0; m < shares.length; m++) {
      UserMeans means = new UserMeans(train, features.get(m));
      for (int node = 0; node < shares[m].length; node++) {
        boolean present =
            node < users ? means.isPresent(node) : features.get(m).isPresent(node - users);
        shares[m][node] = present ? 1 : 0;
      }
    }
    for (int node = 0; node < users + train.items(); node++) {
      float count = 0;
      for (float[] of : shares) {
        count += of[node];
      }
      for (float[] of : shares) {
        of[node] = count == 0 ? 0 : of[node] / count;
      }
    }
    return shares;
  }

  /**
   * The vectors of users and items, times their shares.
   *
   * @param x of the items, I × D
   * @return N × D, users first
   */
  public Tensor of(Tensor x) {
    return LinearMap.apply(x, userCount + itemCount, this::forward, this::backward); // N × D
  }

  private Tensor forward(Tensor x) {
    Tensor ofItems = items == null ? x : convolved(x, shape.layers(), items::times); // I × D
    Tensor mean = means.times(ofItems); // U × D
    Tensor ofUsers = users == null ? mean : convolved(mean, 1, users::times);
    return torch.cat(new TensorVector(ofUsers, ofItems), 0).mul_(sharesLike(x)); // N × D
  }

  private Tensor backward(Tensor gradient) {
    Tensor scaled = gradient.mul(sharesLike(gradient)); // N × D
    Tensor ofUsers = scaled.narrow(0, 0, userCount);
    Tensor mean = users == null ? ofUsers : convolved(ofUsers, 1, users::transposedTimes);
    Tensor ofItems = scaled.narrow(0, userCount, itemCount).add(meansTransposed.times(mean));
    return items == null
        ? ofItems
        : convolved(ofItems, shape.layers(), items::transposedTimes); // I × D
  }

  private Tensor sharesLike(Tensor x) {
    return shares.to(x.scalar_type());
  }

  private Tensor convolved(Tensor x, int times, UnaryOperator<Tensor> graph) {
    Tensor result = x;
    for (int layer = 0; layer < times; layer++) {
      Tensor product = graph.apply(result);
      result =
          switch (shape.convolution()) {
            case REPLACE -> product;
            case AVERAGE -> product.add_(result).mul_(Tensors.scalar(0.5));
          };
    }
    return result;
  }

  @Override
  public void close() {
    owned.close();
    Scope.free(shares);
  }
}
