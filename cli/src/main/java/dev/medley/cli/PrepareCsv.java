package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.CsvSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare csv}. */
@Command(
    name = "csv",
    description = "Own data: tables as CSV, TSV (also .gz) or Parquet, and a folder of pictures.")
final class PrepareCsv implements Callable<Integer> {
  @Option(
      names = "--interactions",
      required = true,
      paramLabel = "FILE",
      description = "A table with a line per interaction.")
  private Path interactions;

  @Option(
      names = "--user",
      required = true,
      paramLabel = "COL",
      description = "The column of user ids in --interactions.")
  private String user;

  @Option(
      names = "--item",
      required = true,
      paramLabel = "COL",
      description = "The column of item ids in --interactions.")
  private String item;

  @Option(
      names = "--rating",
      paramLabel = "COL",
      description = "The column of ratings in --interactions.")
  private @Nullable String rating;

  @Option(
      names = "--timestamp",
      paramLabel = "COL",
      description = "The column of times in --interactions: numbers or ISO dates.")
  private @Nullable String timestamp;

  @Option(names = "--items", paramLabel = "FILE", description = "A table with a line per item.")
  private @Nullable Path items;

  @Option(
      names = "--item-id",
      paramLabel = "COL",
      description = "The column of item ids in --items.")
  private @Nullable String itemId;

  @Option(names = "--title", paramLabel = "COL", description = "The column of titles in --items.")
  private @Nullable String title;

  @Option(
      names = "--description",
      paramLabel = "COL",
      description = "The column of descriptions in --items.")
  private @Nullable String text;

  @Option(names = "--brand", paramLabel = "COL", description = "The column of brands in --items.")
  private @Nullable String brand;

  @Option(
      names = "--category",
      paramLabel = "COL",
      description = "The column of categories in --items, several joined by |.")
  private @Nullable String category;

  @Option(
      names = "--image",
      paramLabel = "COL",
      description = "The column in --items of picture names below --images.")
  private @Nullable String image;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "A folder of pictures; without --image they are named by the item, as ID.jpg.")
  private @Nullable Path images;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareCsv() {
    interactions = Path.of("");
    user = "";
    item = "";
  }

  @Override
  public Integer call() throws IOException {
    CsvSource.ItemColumns columns = null;
    if (itemId != null) {
      columns = new CsvSource.ItemColumns(itemId, title, text, brand, category, image);
    } else if (items == null
        && (title != null || text != null || brand != null || category != null || image != null)) {
      throw new InvalidInputException(
          "--items: expected FILE for the columns of items, got none; give the table of items");
    }
    return options.prepare(
        new CsvSource(
            interactions,
            new CsvSource.InteractionColumns(user, item, rating, timestamp),
            items,
            columns,
            images));
  }
}
