package dev.medley.testkit;

import dev.medley.core.Interactions;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Â = D^-1/2 [[0, R], [Rᵀ, 0]] D^-1/2 as libtorch's own sparse tensor, multiplied under its own
 * tape: the slow, plain form that {@link dev.medley.engine.UserItemGraph} must agree with. Owns
 * native memory until closed.
 */
public final class LiteralPropagation implements AutoCloseable {

  /** How libtorch stores the matrix. */
  public enum Form {
    /** A list of (row, column, value). */
    COO,
    /** Compressed sparse rows. */
    CSR
  }

  private final Tensor matrix; // N × N

  private LiteralPropagation(Tensor matrix) {
    this.matrix = matrix;
  }

  /**
   * The graph of all these interactions; its weights are rounded to float32 in either precision, as
   * the engine stores them.
   */
  public static LiteralPropagation of(Interactions train, Form form, Precision precision) {
    int users = train.users();
    int nodes = users + train.items();
    int edges = train.size();
    int[] userOf = train.userOfEach();
    long[] rows = new long[2 * edges];
    long[] columns = new long[2 * edges];
    float[] weights = new float[2 * edges];
    int[] itemCounts = train.itemCounts();
    for (int k = 0; k < edges; k++) {
      int user = userOf[k];
      int item = train.columns()[k];
      rows[k] = user;
      columns[k] = (long) users + item;
      rows[edges + k] = (long) users + item;
      columns[edges + k] = user;
      weights[k] = (float) (1 / Math.sqrt((double) train.count(user) * itemCounts[item]));
      weights[edges + k] = weights[k];
    }
    try (Scope scope = Scope.open()) {
      Tensor values = Tensors.of(weights, weights.length);
      if (precision == Precision.DOUBLE) {
        values = values.to(torch.ScalarType.Double);
      }
      Tensor places = torch.stack(new TensorVector(Tensors.longs(rows), Tensors.longs(columns)));
      Tensor coo = torch.sparse_coo_tensor(places, values, nodes, nodes).coalesce();
      return new LiteralPropagation(scope.release(form == Form.COO ? coo : coo.to_sparse_csr()));
    }
  }

  /** Â x through the tape, for x of N × D. */
  public Tensor times(Tensor x) {
    return torch.mm(matrix, x);
  }

  /** The mean of Âˡ x over l = 0 … L through the tape, for x of N × D. */
  public Tensor meanOfPowers(Tensor x, int layers) {
    Tensor sum = x;
    Tensor power = x;
    for (int layer = 1; layer <= layers; layer++) {
      power = times(power);
      sum = sum.add(power);
    }
    return sum.div(Tensors.scalar(layers + 1.0));
  }

  @Override
  public void close() {
    Scope.free(matrix);
  }
}
