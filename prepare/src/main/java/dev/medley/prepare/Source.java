package dev.medley.prepare;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Files of one foreign format. The interactions are read first; when it is known which items
 * survive, their descriptions, pictures and vectors are.
 */
public interface Source {

  /** What it is called on the command line, and its files, in one line for people. */
  String description();

  /** The k of the k-core where nothing else is asked for. */
  default int defaultKCore() {
    return 5;
  }

  /**
   * Refuses what can be seen to be wrong before any work is done.
   *
   * @throws dev.medley.core.InvalidInputException if a file is missing or options contradict
   */
  void check() throws IOException;

  /** Whether its interactions come with their own split. */
  default boolean split() throws IOException {
    return false;
  }

  /**
   * Hands over every interaction.
   *
   * @throws dev.medley.core.InvalidInputException if the file is not of this format
   */
  void interactions(InteractionSink sink) throws IOException;

  /** Hands over descriptions of items, in any order, also of others than those that survive. */
  default void items(ItemSink sink) throws IOException {}

  /**
   * Where the ids of described items and of interactions stand, as {@code products.csv column sku},
   * and what to do where no id is in both.
   */
  record ItemIds(String subject, String items, String interactions, String remedy) {}

  /** What to say where no item that is described has an interaction; null where that may be. */
  default @Nullable ItemIds itemIds() {
    return null;
  }

  /** The pictures that go along, or null. */
  default @Nullable PictureFolder pictures() {
    return null;
  }

  /** Hands over vectors of items, in any order, also of others than those that survive. */
  default void vectors(VectorSink sink) throws IOException {}
}
