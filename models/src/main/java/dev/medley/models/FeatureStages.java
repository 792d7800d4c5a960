package dev.medley.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a closed form that adds features to EASEᴿ (jeunen2020closed, section 4): where λ is
 * left open it is decided on the interactions alone, as EASEᴿ's; what is left open of the features
 * is decided at that λ.
 */
final class FeatureStages {
  private static final List<Double> PENALTIES = List.of(0.1, 1.0, 10.0, 100.0, 1000.0); // λ_F

  private FeatureStages() {}

  /**
   * One phase or two.
   *
   * @param l2 λ; null for the first phase to decide it
   * @param interactions fits EASEᴿ with this λ and keeps to it
   * @param features what may be added, at least one
   */
  static List<Phase> of(
      @Nullable Double l2, DoubleConsumer interactions, List<Phase.Candidate> features) {
    List<Phase> phases = new ArrayList<>();
    if (l2 == null) {
      phases.add(
          new Phase.ClosedForm(
              "interactions",
              Ease.L2.stream()
                  .map(
                      value ->
                          new Phase.Candidate(
                              Map.of("l2", value), () -> interactions.accept(value)))
                  .toList()));
    }
    phases.add(new Phase.ClosedForm("features", features));
    return phases;
  }

  /** Fits what features add. */
  @FunctionalInterface
  interface FeatureFit {
    /** With the penalty λ_F on their own map and the weight w. */
    void fit(double featureL2, double weight);
  }

  /**
   * {@link #of} with every λ_F and every w of the features.
   *
   * @param penalty λ_F; null for validation to decide it, too
   * @param weights w that are tried for each
   */
  static List<Phase> of(
      @Nullable Double l2,
      DoubleConsumer interactions,
      @Nullable Double penalty,
      List<Double> weights,
      FeatureFit features) {
    List<Phase.Candidate> candidates = new ArrayList<>();
    for (double own : open(penalty, PENALTIES)) {
      for (double w : weights) {
        candidates.add(
            new Phase.Candidate(
                Map.of("featureL2", own, "featureWeight", w), () -> features.fit(own, w)));
      }
    }
    return of(l2, interactions, candidates);
  }

  /** The value, or those that are tried where it is left open. */
  static List<Double> open(@Nullable Double value, List<Double> tried) {
    return value == null ? tried : List.of(value);
  }
}
