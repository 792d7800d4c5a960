package dev.medley.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The external ids of users or of items, each with its dense number 0 … size−1. Immutable. */
public final class Ids {
  /** What {@link #indexOf} gives for an id that is not here. */
  public static final int UNKNOWN = -1;

  private final String subject;
  private final List<String> ids;
  private final Map<String, Integer> numbers;

  private Ids(String subject, List<String> ids) {
    this.subject = subject;
    this.ids = ids;
    this.numbers = new HashMap<>(ids.size() * 2);
    for (String id : ids) {
      if (numbers.putIfAbsent(id, numbers.size()) != null) {
        throw new InvalidInputException(
            subject + " ids: expected each once, got '" + id + "' twice; remove one of them");
      }
    }
  }

  /**
   * Ids in the order of their dense numbers.
   *
   * @param subject {@code "user"} or {@code "item"}, for messages
   * @throws InvalidInputException if an id occurs twice
   */
  public static Ids of(String subject, Collection<String> ids) {
    return new Ids(subject, List.copyOf(ids));
  }

  /** {@code "user"} or {@code "item"}. */
  public String subject() {
    return subject;
  }

  /** How many there are. */
  public int size() {
    return ids.size();
  }

  /** The external id of dense number {@code index}. */
  public String id(int index) {
    return ids.get(index);
  }

  /** The dense number of {@code id}, or {@link #UNKNOWN}. */
  public int indexOf(String id) {
    Integer index = numbers.get(id);
    return index == null ? UNKNOWN : index;
  }

  /** All ids by dense number; unmodifiable. */
  public List<String> all() {
    return ids;
  }
}
