package dev.medley.training;

/** A loss that is not a finite number any more; the message names epoch, batch and term. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingDivergedException(String message) {
    super(message);
  }
}
