package dev.medley.training;

import dev.medley.models.Phase;
import java.util.Map;

/** Hears what happens during training. Every method does nothing unless it is overridden. */
public interface TrainingListener {

  /**
   * An evaluation.
   *
   * @param phase the phase's name
   * @param epoch from 1; for a closed form the candidate's number
   * @param losses the mean of each loss term over the last epoch's batches, before its weight
   * @param forgetting how far the model has moved from each modality's features, by column
   * @param metrics on validation
   * @param best whether it is the phase's best so far
   * @param seconds wall time since the last evaluation, without checkpoints
   */
  record Evaluated(
      String phase,
      int epoch,
      Map<String, Double> losses,
      Map<String, Double> forgetting,
      Map<String, Double> metrics,
      boolean best,
      double seconds) {}

  /** Training goes on from a checkpoint that was kept after so many evaluations. */
  default void resumed(int evaluations) {}

  /** A phase begins, or goes on after {@code epochsDone}. */
  default void phaseStarted(Phase phase, int epochsDone) {}

  /** A step is done. */
  default void stepped(int epoch, int batch, int batches) {}

  /**
   * A candidate of a closed form cannot be fitted, and others go on without it.
   *
   * @param number from 1
   * @param seconds that were spent on it
   */
  default void leftOut(String phase, int number, String reason, double seconds) {}

  /** An evaluation is done; its checkpoint follows. */
  default void evaluated(Evaluated evaluated) {}
}
