package dev.medley.models.blocks;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;

/**
 * The mean features of each user's items, U × F. An item that lacks the modality does not count,
 * and a user whose items all lack it has a missing row.
 */
public final class UserMeans implements FeatureMatrix {
  private final Interactions train;
  private final FeatureMatrix features; // I × F

  /**
   * The means of {@code features}, computed row by row as they are read.
   *
   * @param train U × I
   * @param features I × F
   */
  public UserMeans(Interactions train, FeatureMatrix features) {
    this.train = train;
    this.features = features;
  }

  @Override
  public String modality() {
    return features.modality();
  }

  @Override
  public int rows() {
    return train.users();
  }

  @Override
  public int dimension() {
    return features.dimension();
  }

  /** How many of the user's items have the modality. */
  public int count(int user) {
    int count = 0;
    for (int k = train.begin(user); k < train.end(user); k++) {
      count += features.isPresent(train.columns()[k]) ? 1 : 0;
    }
    return count;
  }

  @Override
  public boolean isPresent(int row) {
    return count(row) > 0;
  }

  @Override
  public void copyRow(int row, float[] out, int offset) {
    double[] sum = new double[dimension()];
    float[] one = new float[dimension()];
    int count = 0;
    for (int k = train.begin(row); k < train.end(row); k++) {
      int item = train.columns()[k];
      if (features.isPresent(item)) {
        features.copyRow(item, one, 0);
        for (int n = 0; n < one.length; n++) {
          sum[n] += one[n];
        }
        count++;
      }
    }
    for (int n = 0; n < one.length; n++) {
      out[offset + n] = count == 0 ? 0 : (float) (sum[n] / count);
    }
  }
}
