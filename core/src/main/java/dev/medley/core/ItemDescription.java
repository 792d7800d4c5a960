package dev.medley.core;

import java.util.List;

/**
 * What a catalogue says of an item; an empty string or list where it says nothing.
 *
 * @param image the picture's file name below {@code images/}
 */
public record ItemDescription(
    String title, String description, String brand, List<String> categories, String image) {

  /** Takes a copy of {@code categories}. */
  public ItemDescription {
    categories = List.copyOf(categories);
  }
}
