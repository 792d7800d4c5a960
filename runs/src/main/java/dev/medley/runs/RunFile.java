package dev.medley.runs;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of a run whose content this module does not know: parameters, embeddings, other state of a
 * scorer.
 *
 * @param name its path in the folder, with '/', as {@code embeddings/users.npy}
 * @param content writes it
 */
public record RunFile(String name, Content content) {

  /** Writes one file. */
  @FunctionalInterface
  public interface Content {

    /** Creates {@code file}, atomically; its folder exists. */
    void writeTo(Path file) throws IOException;
  }

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it leaves the folder
   */
  public RunFile {
    if (!RunLayout.isInside(name)) {
      throw new IllegalArgumentException(
          "run file: expected a path inside the run's folder, got '" + name + "'");
    }
  }
}
