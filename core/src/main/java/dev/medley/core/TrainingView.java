package dev.medley.core;

import java.util.List;

/**
 * What training code may see of a dataset: the training interactions and the features. There is no
 * way from here to a held-out interaction.
 */
public final class TrainingView {
  private final Interactions train;
  private final List<FeatureMatrix> features;

  /**
   * A view of these parts.
   *
   * @param train U × I
   * @param features one matrix of I rows per modality; may be empty
   */
  public TrainingView(Interactions train, List<FeatureMatrix> features) {
    this.train = train;
    this.features = List.copyOf(features);
  }

  /** U. */
  public int users() {
    return train.users();
  }

  /** I. */
  public int items() {
    return train.items();
  }

  /** U × I. */
  public Interactions train() {
    return train;
  }

  /** One matrix of I rows per modality, sorted by modality; may be empty. */
  public List<FeatureMatrix> features() {
    return features;
  }
}
