package dev.medley.features;

import dev.medley.core.ItemDescription;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A part of an item's description that a sentence is made of. */
public enum TextField {
  /** What the item is called. */
  TITLE,
  /** Who makes it. */
  BRAND,
  /** Where it stands in the shop. */
  CATEGORIES,
  /** What is said of it at length. */
  DESCRIPTION;

  /** All of them, in the order of the papers' sentences. */
  public static final List<TextField> ALL = List.of(values());

  /** Its name as written on the command line and in {@code dataset.json}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What an item says in this field; empty where it says nothing. */
  private String of(ItemDescription item) {
    return switch (this) {
      case TITLE -> item.title();
      case BRAND -> item.brand();
      case CATEGORIES -> String.join(", ", item.categories());
      case DESCRIPTION -> item.description();
    };
  }

  /**
   * The sentence of an item: its fields in the order given, those that say something, with a full
   * stop between two; empty where none does.
   */
  static String sentence(ItemDescription item, List<TextField> fields) {
    return fields.stream()
        .map(field -> field.of(item).strip())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(". "));
  }

  /** The fields of {@link #labels}; those of which nobody knows are passed over. */
  static List<TextField> ofLabels(String labels) {
    return Arrays.stream(labels.split(",", -1))
        .flatMap(label -> ALL.stream().filter(field -> field.label().equals(label)))
        .toList();
  }

  /** The fields' labels with commas. */
  static String labels(List<TextField> fields) {
    return fields.stream().map(TextField::label).collect(Collectors.joining(","));
  }
}
