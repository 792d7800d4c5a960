package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.prepare.readers.TableReader;
import dev.medley.prepare.readers.Unpacked;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tables with columns of any name: CSV, TSV (also packed) or Parquet.
 *
 * @param interactions a table of interactions
 * @param interactionColumns its columns
 * @param items a table of items, or null
 * @param itemColumns its columns, or null
 * @param images a folder of pictures, or null
 */
public record CsvSource(
    Path interactions,
    InteractionColumns interactionColumns,
    @Nullable Path items,
    @Nullable ItemColumns itemColumns,
    @Nullable Path images)
    implements Source {

  /**
   * Columns of interactions by name.
   *
   * @param rating or null
   * @param timestamp or null
   */
  public record InteractionColumns(
      String user, String item, @Nullable String rating, @Nullable String timestamp) {

    /** Refuses one column for both. */
    public InteractionColumns {
      if (user.equals(item)) {
        throw new InvalidInputException(
            "--item: expected another column than that of the users, got '%s' for both; name the column of item ids"
                .formatted(item));
      }
    }
  }

  /** Columns of items by name; all but the id may be null. */
  public record ItemColumns(
      String id,
      @Nullable String title,
      @Nullable String description,
      @Nullable String brand,
      @Nullable String category,
      @Nullable String image) {}

  @Override
  public String description() {
    return "csv "
        + interactions.getFileName()
        + (items == null ? "" : ", " + items.getFileName())
        + (images == null ? "" : ", pictures of " + images.getFileName());
  }

  @Override
  public int defaultKCore() {
    return 1;
  }

  @Override
  public void check() {
    Unpacked.check(interactions);
    if (items != null) {
      Unpacked.check(items);
    }
    if (items != null && itemColumns == null) {
      throw new InvalidInputException(
          "--items: expected --item-id COLUMN beside it, got none; name the column of the ids");
    }
    if (items == null && itemColumns != null) {
      throw new InvalidInputException(
          "--item-id: expected --items FILE beside it, got none; give the table of items");
    }
    if (itemColumns != null && itemColumns.image != null && images == null) {
      throw new InvalidInputException(
          "--image: expected --images DIR beside it, got none; give the folder of the pictures");
    }
    PictureFolder pictures = pictures();
    if (pictures != null) {
      pictures.check();
    }
  }

  @Override
  public @Nullable PictureFolder pictures() {
    return images == null
        ? null
        : new PictureFolder(images, itemColumns == null || itemColumns.image == null);
  }

  static boolean isParquet(Path file) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".parquet");
  }

  @Override
  public void interactions(InteractionSink sink) throws IOException {
    List<@Nullable String> columns =
        Arrays.asList(
            interactionColumns.user,
            interactionColumns.item,
            interactionColumns.rating,
            interactionColumns.timestamp);
    if (isParquet(interactions)) {
      ParquetRows.read(
          interactions,
          columns,
          sink.scratch(),
          (values, where) ->
              sink.add(
                  values.get(0),
                  values.get(1),
                  Values.number(values.get(2)),
                  Values.time(values.get(3)),
                  InteractionSink.NO_LABEL,
                  where));
      return;
    }
    try (TableReader table = TableReader.open(interactions, form(interactions, columns))) {
      TableHeader header = TableHeader.read(interactions, table);
      new InteractionFields(
              header.column(interactionColumns.user),
              header.column(interactionColumns.item),
              header.columnOrNone(interactionColumns.rating),
              header.columnOrNone(interactionColumns.timestamp),
              InteractionFields.NONE)
          .read(table, header, sink);
    }
  }

  @Override
  public void items(ItemSink sink) throws IOException {
    if (items == null || itemColumns == null) {
      return;
    }
    List<@Nullable String> columns =
        Arrays.asList(
            itemColumns.id,
            itemColumns.title,
            itemColumns.description,
            itemColumns.brand,
            itemColumns.category,
            itemColumns.image);
    if (isParquet(items)) {
      ParquetRows.read(items, columns, sink.scratch(), (values, where) -> add(sink, values, where));
      return;
    }
    try (TableReader table = TableReader.open(items, form(items, columns))) {
      TableHeader header = TableHeader.read(items, table);
      int[] positions = new int[columns.size()];
      for (int k = 0; k < positions.length; k++) {
        positions[k] = header.columnOrNone(columns.get(k));
      }
      while (table.next()) {
        String fault = header.fault(table);
        if (fault != null) {
          sink.drop(fault, table.where());
          continue;
        }
        List<@Nullable String> values = new ArrayList<>();
        for (int position : positions) {
          values.add(position < 0 ? null : table.fields().get(position));
        }
        add(sink, values, table.where());
      }
    }
  }

  @Override
  public @Nullable ItemIds itemIds() {
    return items == null || itemColumns == null
        ? null
        : new ItemIds(
            "--item-id " + itemColumns.id,
            "%s column %s".formatted(items.getFileName(), itemColumns.id),
            "%s column %s".formatted(interactions.getFileName(), interactionColumns.item),
            "choose another --item-id");
  }

  private static void add(ItemSink sink, List<@Nullable String> values, String where)
      throws IOException {
    sink.add(
        values.get(0),
        new ItemDescription(
            text(values.get(1)),
            text(values.get(2)),
            text(values.get(3)),
            List.of(text(values.get(4)).split("\\|", -1)),
            text(values.get(5))),
        where);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static TableReader.Form form(Path file, List<@Nullable String> columns)
      throws IOException {
    return TableHeader.guessForm(file, columns.stream().flatMap(Stream::ofNullable).toList());
  }
}
