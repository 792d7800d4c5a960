package dev.medley.core;

/**
 * The user's arguments or files are wrong. The message is one sentence: subject, what was expected,
 * what was found, where, and what to do. The command line prints it and exits with status 2.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With the sentence alone.
   *
   * @param message one sentence without line breaks, readable without knowing the code
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * With what was caught underneath.
   *
   * @param message one sentence without line breaks
   * @param cause what was caught, shown only under {@code --verbose}
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
