package dev.medley.data;

import dev.medley.core.ItemDescription;

/** The lines of {@code items.tsv}: UTF-8 without quotes; an empty field is unknown. */
public final class ItemLine {
  /** The name of the file in every dataset folder. */
  public static final String FILE = "items.tsv";

  /** The first line, without its line end. */
  public static final String HEADER = "id\ttitle\tdescription\tbrand\tcategories\timage";

  private ItemLine() {}

  /** The line of an item, without its line end; tabs and line ends in a field become spaces. */
  public static String of(String id, ItemDescription item) {
    return String.join(
        "\t",
        id,
        plain(item.title()),
        plain(item.description()),
        plain(item.brand()),
        String.join(
            "|", item.categories().stream().map(name -> plain(name).replace('|', ' ')).toList()),
        plain(item.image()));
  }

  private static String plain(String text) {
    return text.replaceAll("[\\t\\r\\n]", " ");
  }
}
