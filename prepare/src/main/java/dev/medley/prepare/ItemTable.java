package dev.medley.prepare;

import dev.medley.core.ItemDescription;
import dev.medley.data.ItemLine;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * The items of the dataset in the order of {@code items.tsv}: by value where all ids are whole
 * numbers, else by their characters. Feature rows have the same order.
 */
final class ItemTable {
  private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,17}");

  private final Workspace workspace;
  private final List<String> order;
  private final Map<String, Integer> rowOf;
  private long pictures;

  private ItemTable(Workspace workspace, List<String> order) {
    this.workspace = workspace;
    this.order = order;
    this.rowOf = new HashMap<>(order.size() * 2);
    for (String id : order) {
      rowOf.put(id, rowOf.size());
    }
  }

  static ItemTable of(Workspace workspace, Collection<String> items) {
    List<String> order = new ArrayList<>(items);
    boolean integers = order.stream().allMatch(id -> INTEGER.matcher(id).matches());
    order.sort(integers ? Comparator.comparingLong(Long::parseLong) : Comparator.naturalOrder());
    return new ItemTable(workspace, order);
  }

  /** The data line of each item, from 0. */
  Map<String, Integer> rowOf() {
    return rowOf;
  }

  /** How many items have a picture; after writing. */
  long pictures() {
    return pictures;
  }

  /**
   * Writes {@code items.tsv} and the pictures.
   *
   * @param source the pictures, or null
   */
  void write(Path folder, @Nullable PictureFolder source, Drops drops) throws IOException {
    workspace.execute("CREATE TABLE rows_of_items(item VARCHAR, place INTEGER)");
    DuckDBAppender appender = workspace.appender("rows_of_items");
    try {
      for (int row = 0; row < order.size(); row++) {
        appender.beginRow();
        appender.append(order.get(row)).append(row).endRow();
      }
    } catch (SQLException failure) {
      throw Workspace.failed(failure);
    }
    workspace.commit(appender);
    AtomicFile.write(
        folder.resolve(ItemLine.FILE),
        out -> {
          out.write(ItemLine.HEADER.getBytes(StandardCharsets.UTF_8));
          out.write('\n');
          workspace.query(
              "SELECT item, coalesce(title, ''), coalesce(description, ''), coalesce(brand, ''),"
                  + " coalesce(categories, ''), coalesce(image, '') FROM rows_of_items LEFT JOIN"
                  + " described USING (item) ORDER BY place",
              row -> {
                String id = row.getString(1);
                String image =
                    source == null ? "" : source.link(folder, id, row.getString(6), drops);
                pictures += image.isEmpty() ? 0 : 1;
                ItemDescription item =
                    new ItemDescription(
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        List.of(row.getString(5).split("\\|", -1)),
                        image);
                out.write(ItemLine.of(id, item).getBytes(StandardCharsets.UTF_8));
                out.write('\n');
              });
        });
  }
}
