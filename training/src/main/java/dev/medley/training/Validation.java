package dev.medley.training;

import dev.medley.core.Scorer;
import java.util.Map;

/** Measures a scorer on validation: all that training learns of held-out interactions. */
@FunctionalInterface
public interface Validation {

  /** The metric that early stopping and closed forms decide by. */
  String DECIDING = "recall@20";

  /** Metrics by key, {@link #DECIDING} among them; NaN where there is nobody to measure on. */
  Map<String, Double> measure(Scorer scorer);
}
