package dev.medley.core;

/**
 * Features that stand on others: name, size and presence are theirs unless a subclass says
 * otherwise.
 */
public abstract class FeatureView implements FeatureMatrix {
  private final FeatureMatrix matrix;

  /** On {@code matrix}. */
  protected FeatureView(FeatureMatrix matrix) {
    this.matrix = matrix;
  }

  @Override
  public String modality() {
    return matrix.modality();
  }

  @Override
  public int rows() {
    return matrix.rows();
  }

  @Override
  public int dimension() {
    return matrix.dimension();
  }

  @Override
  public boolean isPresent(int row) {
    return matrix.isPresent(row);
  }

  @Override
  public void copyRow(int row, float[] out, int offset) {
    matrix.copyRow(row, out, offset);
  }
}
