package dev.medley.core;

import java.util.List;

/**
 * A dataset ready for training and evaluation: U users, I items, three disjoint sets of
 * interactions, and the items' features by modality.
 *
 * @param name its folder's name, for messages and run names
 * @param contentHash SHA-256 over every file it was read from, in hexadecimal
 * @param users external user ids by dense number
 * @param items external item ids by dense number
 * @param descriptions one per item, or empty where there is no items.tsv
 * @param train U × I
 * @param validation U × I; users without training interactions are still in it
 * @param test U × I; likewise
 * @param features one matrix of I rows per modality, sorted by modality; may be empty
 * @param split how the three sets came about, as {@code "x_label"} or {@code "random(seed 0)"}
 * @param warnings what was counted and mended on reading, one sentence each
 */
public record Dataset(
    String name,
    String contentHash,
    Ids users,
    Ids items,
    List<ItemDescription> descriptions,
    Interactions train,
    Interactions validation,
    Interactions test,
    List<FeatureMatrix> features,
    String split,
    List<String> warnings) {

  /** Checks that all parts speak of the same users and items. */
  public Dataset {
    descriptions = List.copyOf(descriptions);
    features = List.copyOf(features);
    warnings = List.copyOf(warnings);
    for (Interactions part : List.of(train, validation, test)) {
      if (part.users() != users.size() || part.items() != items.size()) {
        throw new IllegalArgumentException(
            "interactions: expected %d × %d, got %d × %d"
                .formatted(users.size(), items.size(), part.users(), part.items()));
      }
    }
    if (!descriptions.isEmpty() && descriptions.size() != items.size()) {
      throw new IllegalArgumentException(
          "descriptions: expected %d, got %d".formatted(items.size(), descriptions.size()));
    }
    for (FeatureMatrix matrix : features) {
      if (matrix.rows() != items.size()) {
        throw new InvalidInputException(
            "%s features: expected %d rows (one per item of %s), got %d"
                .formatted(matrix.modality(), items.size(), name, matrix.rows()));
      }
    }
  }

  /** The part of this dataset that training code may see. */
  public TrainingView trainingView() {
    return new TrainingView(train, features, descriptions);
  }

  /** The same with other features. */
  public Dataset withFeatures(List<FeatureMatrix> others) {
    return with(train, others, split);
  }

  /**
   * The same with other interactions to train on.
   *
   * @param otherSplit how the three sets came about then
   */
  public Dataset withTrain(Interactions others, String otherSplit) {
    return with(others, features, otherSplit);
  }

  private Dataset with(
      Interactions otherTrain, List<FeatureMatrix> otherFeatures, String otherSplit) {
    return new Dataset(
        name,
        contentHash,
        users,
        items,
        descriptions,
        otherTrain,
        validation,
        test,
        otherFeatures,
        otherSplit,
        warnings);
  }
}
