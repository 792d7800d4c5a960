package dev.medley.prepare;

import dev.medley.core.ItemDescription;
import dev.medley.prepare.readers.TableReader;
import dev.medley.prepare.readers.Unpacked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RecBole's atomic files: tab-separated, each column named {@code NAME:TYPE}.
 *
 * @param inter interactions with {@code user_id}, {@code item_id} and, where they are there, {@code
 *     rating} and {@code timestamp}
 * @param item descriptions with {@code item_id}, or null
 * @param user the name of the users' column
 * @param itemId the name of the items' column
 */
public record Recbole(Path inter, @Nullable Path item, String user, String itemId)
    implements Source {
  /** The name of the users' column where nothing else is said. */
  public static final String USER = "user_id";

  /** The name of the items' column where nothing else is said. */
  public static final String ITEM = "item_id";

  private static final TableReader.Form FORM =
      new TableReader.Form("\t", false, StandardCharsets.UTF_8);

  @Override
  public String description() {
    return "recbole " + inter.getFileName() + (item == null ? "" : ", " + item.getFileName());
  }

  @Override
  public void check() {
    Unpacked.check(inter);
    if (item != null) {
      Unpacked.check(item);
    }
  }

  @Override
  public void interactions(InteractionSink sink) throws IOException {
    try (TableReader table = TableReader.open(inter, FORM)) {
      TableHeader header = TableHeader.read(inter, table).withoutTypes();
      new InteractionFields(
              header.column(user),
              header.column(itemId),
              header.find("rating"),
              header.find("timestamp"),
              InteractionFields.NONE)
          .readAsWritten(table, header, sink);
    }
  }

  @Override
  public void items(ItemSink sink) throws IOException {
    if (item == null) {
      return;
    }
    try (TableReader table = TableReader.open(item, FORM)) {
      TableHeader header = TableHeader.read(item, table).withoutTypes();
      int id = header.column(itemId);
      int title = header.findFirst("title", "movie_title", "item_name", "name");
      int description = header.findFirst("description");
      int brand = header.findFirst("brand", "store");
      int categories = header.findFirst("categories", "category", "genre", "genres", "class");
      while (table.next()) {
        String fault = header.fault(table);
        if (fault != null) {
          sink.drop(fault, table.where());
          continue;
        }
        List<String> fields = table.fields();
        sink.add(
            fields.get(id),
            new ItemDescription(
                field(fields, title),
                field(fields, description),
                field(fields, brand),
                sequence(field(fields, categories)),
                ""),
            table.where());
      }
    }
  }

  @Override
  public @Nullable ItemIds itemIds() {
    return item == null
        ? null
        : new ItemIds(
            "--item " + item,
            "%s column %s".formatted(item.getFileName(), itemId),
            "%s column %s".formatted(inter.getFileName(), itemId),
            "give the descriptions of the same dataset");
  }

  private static String field(List<String> fields, int at) {
    return at < 0 ? "" : fields.get(at);
  }

  /** A sequence of tokens: separated by commas and perhaps in quotes, or by spaces. */
  private static List<String> sequence(String text) {
    return Arrays.stream(text.split(text.indexOf(',') >= 0 ? "," : " ", -1))
        .map(name -> name.strip().replaceAll("^['\"]|['\"]$", "").strip())
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
