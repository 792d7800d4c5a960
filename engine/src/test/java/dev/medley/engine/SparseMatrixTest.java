package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class SparseMatrixTest {
  private static final int ROWS = 7;
  private static final int COLUMNS = 5;

  static {
    Engine.start(1);
  }

  /** A dense table in which a third is stored; row 2 and column 3 are empty. */
  private static float[][] table() {
    RandomStream random = new Seed(1).stream();
    float[][] table = new float[ROWS][COLUMNS];
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        if (random.nextInt(3) == 0 && row != 2 && column != 3) {
          table[row][column] = (float) random.nextGaussian();
        }
      }
    }
    return table;
  }

  private static SparseMatrix sparse(float[][] table) {
    int[] offsets = new int[ROWS + 1];
    int[] columns = new int[ROWS * COLUMNS];
    float[] weights = new float[ROWS * COLUMNS];
    int size = 0;
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        if (table[row][column] != 0) {
          columns[size] = column;
          weights[size++] = table[row][column];
        }
      }
      offsets[row + 1] = size;
    }
    return SparseMatrix.of(
        COLUMNS, offsets, Arrays.copyOf(columns, size), Arrays.copyOf(weights, size));
  }

  private static Tensor dense(float[][] table) {
    float[] values = new float[ROWS * COLUMNS];
    for (int row = 0; row < ROWS; row++) {
      System.arraycopy(table[row], 0, values, row * COLUMNS, COLUMNS);
    }
    return Tensors.of(values, ROWS, COLUMNS);
  }

  private static Tensor random(int rows, int columns) {
    RandomStream random = new Seed(2).stream();
    float[] values = new float[rows * columns];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return Tensors.of(values, rows, columns);
  }

  private static void close(Tensor actual, Tensor expected) {
    float[] values = Tensors.toFloats(expected);
    float[] got = Tensors.toFloats(actual);
    assertThat(got).hasSameSizeAs(values);
    for (int k = 0; k < values.length; k++) {
      assertThat(got[k]).isCloseTo(values[k], Offset.offset(1e-5f));
    }
  }

  @Test
  void productsWithItAndItsTransposeAreThoseOfTheDenseMatrix() {
    long before = Scope.liveHandles();
    float[][] table = table();
    try (SparseMatrix matrix = sparse(table);
        SparseMatrix transposed = matrix.transposed();
        Scope scope = Scope.open()) {
      assertThat(transposed.rows()).isEqualTo(COLUMNS);
      assertThat(transposed.columns()).isEqualTo(ROWS);
      assertThat(transposed.entries()).isEqualTo(matrix.entries()).isPositive();
      Tensor x = random(COLUMNS, 4);
      close(matrix.times(x), dense(table).matmul(x));
      Tensor y = random(ROWS, 4);
      close(transposed.times(y), dense(table).t().matmul(y));
      try (SparseMatrix back = transposed.transposed()) {
        assertThat(Tensors.toFloats(back.times(x))).isEqualTo(Tensors.toFloats(matrix.times(x)));
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void aDenseMatrixThatIsNotContiguousOrIsExpandedIsReadRight() {
    float[][] table = table();
    try (SparseMatrix matrix = sparse(table);
        Scope scope = Scope.open()) {
      Tensor transposed = random(4, COLUMNS).t();
      close(matrix.times(transposed), dense(table).matmul(transposed));
      Tensor expanded = random(COLUMNS, 1).expand(COLUMNS, 4);
      close(matrix.times(expanded), dense(table).matmul(expanded));
      Tensor part = random(2 * COLUMNS, 4).narrow(0, 3, COLUMNS);
      close(matrix.times(part), dense(table).matmul(part));
    }
  }

  @Test
  void anEmptyMatrixGivesZeros() {
    try (SparseMatrix matrix = SparseMatrix.of(3, new int[] {0, 0, 0}, new int[0], new float[0]);
        Scope scope = Scope.open()) {
      assertThat(Tensors.toFloats(matrix.times(random(3, 2)))).containsExactly(0, 0, 0, 0);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> SparseMatrix.of(3, new int[] {0, 1}, new int[] {3}, new float[] {1}))
        .hasMessage("sparse matrix: expected columns in [0, 3), got 3");
    assertThatThrownBy(() -> SparseMatrix.of(3, new int[] {0, 2}, new int[] {1}, new float[] {1}))
        .hasMessageContaining("as many weights as columns and as the last offset");
    try (SparseMatrix matrix = sparse(table());
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> matrix.times(random(ROWS, 2)))
          .hasMessage("sparse product: expected a matrix of 5 rows, got 7");
    }
  }
}
