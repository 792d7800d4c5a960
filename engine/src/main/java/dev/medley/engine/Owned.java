package dev.medley.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The parts of an object that hold native memory, closed together. A constructor collects its parts
 * and takes them over at its end; if it fails before that, what it had made is closed.
 *
 * <pre>{@code
 * try (Owned made = new Owned()) {
 *   this.parameters = made.add(Parameters.from(seed));
 *   this.graph = made.add(UserItemGraph.of(train));
 *   this.owned = made.kept();   // and close() is owned.close()
 * }
 * }</pre>
 */
public final class Owned implements AutoCloseable {
  private final List<AutoCloseable> parts = new ArrayList<>();

  /** Nothing yet. */
  public Owned() {}

  /** Takes over {@code part}, and returns it. */
  public <T extends AutoCloseable> T add(T part) {
    parts.add(part);
    return part;
  }

  /** An owner of all parts so far; this one has none afterwards. */
  public Owned kept() {
    Owned keeper = new Owned();
    keeper.parts.addAll(parts);
    parts.clear();
    return keeper;
  }

  /**
   * Closes the parts, the last one first, and has none afterwards. All are closed even where one
   * fails, whose failure is thrown at the end.
   */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.remove(parts.size() - 1).close();
      } catch (Exception broken) {
        if (failure == null) {
          failure = new IllegalStateException("a part could not be closed", broken);
        } else {
          failure.addSuppressed(broken);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
