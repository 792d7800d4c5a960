package dev.medley.prepare.readers;

/** Says that a text is no literal, or one beyond the limits. */
public final class LiteralException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * A fault.
   *
   * @param message what is wrong, without the place, so that equal faults are counted together
   */
  public LiteralException(String message) {
    super(message, null, false, false);
  }
}
