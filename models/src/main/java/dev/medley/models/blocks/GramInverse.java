package dev.medley.models.blocks;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Owned;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.SparseMatrix;
import dev.medley.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * P = (RᵀR + λI)⁻¹, some columns at a time, by conjugate gradients (hestenes1952methods) that
 * multiply by R alone: no I × I array exists.
 *
 * <p>U users, I items, R is U × I; B columns are solved together. With D = diag(RᵀR) + λI, what is
 * solved is D^-1/2 (RᵀR + λI) D^-1/2 y = e_j, of which P_j = D^-1/2 y D_j^-1/2; that takes fewer
 * steps than without D, the fewer the larger λ.
 */
public final class GramInverse implements AutoCloseable {

  /** What a residual must fall to, relative to the right side. */
  private static final double TOLERANCE = 1e-5;

  private static final int MOST_STEPS = 2_000;
  private static final int MOST_COLUMNS = 64;
  private static final int BLOCK_FLOATS = 16 << 20; // of an array as high as users or items
  private static final double TINY = 1e-37; // a residual of zero divided by it is zero

  private final Parameters parameters;
  private final int[] counts; // diag(RᵀR)
  private final int width; // B
  private final SparseMatrix rows; // R
  private final SparseMatrix columns; // Rᵀ
  private final Owned owned;

  /** Takes columns as they are solved. */
  public interface Sink {
    /**
     * Takes some columns of P.
     *
     * @param from the first one's number
     * @param columns I × B, freed afterwards
     */
    void accept(int from, Tensor columns);
  }

  /**
   * Solves nothing yet.
   *
   * @param train R
   * @param parameters give the number type
   */
  public GramInverse(Interactions train, Parameters parameters) {
    this.parameters = parameters;
    this.counts = train.itemCounts();
    int height = Math.max(1, Math.max(train.items(), train.users()));
    this.width = Math.max(1, Math.min(MOST_COLUMNS, BLOCK_FLOATS / height));
    try (Owned made = new Owned()) {
      this.rows = made.add(matrix(train));
      this.columns = made.add(rows.transposed());
      this.owned = made.kept();
    }
  }

  private static SparseMatrix matrix(Interactions train) {
    int[] offsets = new int[train.users() + 1];
    Arrays.setAll(offsets, row -> row == 0 ? 0 : train.end(row - 1));
    float[] ones = new float[train.size()];
    Arrays.fill(ones, 1);
    return SparseMatrix.of(train.items(), offsets, train.columns(), ones);
  }

  /**
   * Solves all columns, from the first to the last.
   *
   * @param l2 λ, above 0
   * @throws InvalidInputException if λ is too small for the number type
   */
  public void forEach(double l2, Sink sink) {
    int most = Arrays.stream(counts).max().orElse(0);
    if (most > 0 && (float) (most + l2) == most) {
      throw tooSmall(l2);
    }
    try (Scope all = Scope.open()) {
      Tensor diagonal =
          parameters
              .typed(Tensors.ints(counts).to(torch.ScalarType.Float))
              .unsqueeze(1)
              .add(Tensors.scalar(l2)); // I × 1
      Tensor scale = diagonal.rsqrt(); // D^-1/2
      Tensor ridge = diagonal.reciprocal().mul_(Tensors.scalar(l2)); // λ D^-1
      for (int first = 0; first < counts.length; first += width) {
        int from = first;
        try (Scope scope = Scope.open()) {
          NoGradient.run(() -> sink.accept(from, solved(from, l2, scale, ridge)));
        }
      }
    }
  }

  private Tensor solved(int from, double l2, Tensor scale, Tensor ridge) {
    int size = Math.min(width, counts.length - from); // B
    Tensor residual = torch.zeros(new long[] {counts.length, size}, scale.options()); // e_j, I × B
    residual.narrow(0, from, size).diagonal().fill_(Tensors.scalar(1));
    Tensor solution = torch.zeros_like(residual); // y
    Tensor direction = residual.clone();
    Tensor square = dots(residual, residual); // 1 × B
    Tensor enough = square.mul(Tensors.scalar(TOLERANCE * TOLERANCE));
    for (int step = 0; square.gt(enough).any().item().toBool(); step++) {
      if (step == MOST_STEPS) {
        throw tooSmall(l2);
      }
      try (Scope inner = Scope.open()) {
        Tensor product = columns.times(rows.times(direction.mul(scale)));
        product.mul_(scale).addcmul_(direction, ridge);
        Tensor length = square.div(dots(direction, product).clamp_min_(Tensors.scalar(TINY)));
        solution.addcmul_(direction, length);
        residual.sub_(product.mul_(length));
        Tensor next = dots(residual, residual);
        direction.mul_(next.div(square.clamp_min_(Tensors.scalar(TINY)))).add_(residual);
        square.copy_(next);
      }
    }
    return solution.mul_(scale).mul_(scale.narrow(0, from, size).t());
  }

  /** The inner product of each column with the other's, 1 × B. */
  private static Tensor dots(Tensor one, Tensor other) {
    return one.mul(other).sum(new long[] {0}, true, new ScalarTypeOptional());
  }

  private static InvalidInputException tooSmall(double l2) {
    return new InvalidInputException(
        "l2: expected enough for RᵀR + λI to be positive definite in float32, got %s; try 10"
            .formatted(l2));
  }

  @Override
  public void close() {
    owned.close();
  }
}
