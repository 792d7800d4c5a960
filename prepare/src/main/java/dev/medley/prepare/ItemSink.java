package dev.medley.prepare;

import dev.medley.core.ItemDescription;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Takes the descriptions of items; keeps those that are wanted, the first of each item. */
public final class ItemSink implements Closeable {
  /** The stage under which its drops are counted. */
  static final String STAGE = "items";

  /** So many characters of one field are kept. */
  static final int LONGEST = 1 << 16;

  private static final long REPORT_EVERY = 1 << 16;

  private final Workspace workspace;
  private final DuckDBAppender appender;
  private final DuckDBAppender strangers;
  private final Drops drops;
  private final Progress progress;
  private final Set<String> items;
  private final Set<String> seen = new HashSet<>();
  private final boolean all;
  private final Set<String> surviving;
  private long read;
  private long described;
  private long met; // descriptions of items that have interactions

  /**
   * Creates the tables {@code described} and {@code strangers}, of descriptions of items that do
   * not survive.
   *
   * @param surviving the items that have interactions
   * @param all whether others become items, too
   */
  ItemSink(
      Workspace workspace,
      Collection<String> surviving,
      boolean all,
      Drops drops,
      Progress progress)
      throws IOException {
    workspace.execute(
        "CREATE TABLE described(item VARCHAR, title VARCHAR, description VARCHAR, brand VARCHAR,"
            + " categories VARCHAR, image VARCHAR)");
    workspace.execute("CREATE TABLE strangers(item VARCHAR, place BIGINT, address VARCHAR)");
    this.workspace = workspace;
    this.appender = workspace.appender("described");
    this.strangers = workspace.appender("strangers");
    this.items = new HashSet<>(surviving);
    this.surviving = all ? Set.copyOf(items) : items;
    this.all = all;
    this.drops = drops;
    this.progress = progress;
  }

  /** Whether an item's description would be kept; spares a source the work of making one. */
  public boolean wants(String id) {
    return all || items.contains(id);
  }

  /**
   * One item.
   *
   * @param where its place, for messages
   */
  public void add(@Nullable String id, ItemDescription item, String where) throws IOException {
    counted();
    String fault = id == null ? "empty" : CleanText.faultOfId(id);
    if (id == null || !fault.isEmpty()) {
      drops.add(
          STAGE,
          fault.equals("empty") ? "descriptions without an id" : "descriptions with an id " + fault,
          where);
      return;
    }
    if (surviving.contains(id)) {
      met++;
    } else {
      stranger(id, where);
    }
    if (!wants(id)) {
      return;
    }
    if (!seen.add(id)) {
      drops.add(STAGE, "descriptions of an item that has one already", where);
      return;
    }
    items.add(id);
    String title = cut(item.title());
    String description = cut(item.description());
    String brand = cut(item.brand());
    String categories = String.join("|", categories(item.categories()));
    if ((title + description + brand + categories).indexOf('\ufffd') >= 0) {
      drops.add(STAGE, "descriptions in which U+FFFD stands for what is not UTF-8 text", where);
    }
    if (!(title + description + brand + categories).isEmpty()) {
      described++;
    }
    try {
      appender.beginRow();
      appender.append(id).append(title).append(description).append(brand).append(categories);
      appender.append(CleanText.line(item.image())).endRow();
    } catch (SQLException failure) {
      throw Workspace.failed(failure);
    }
  }

  private void stranger(String id, String where) throws IOException {
    try {
      strangers.beginRow();
      strangers.append(id).append(read).append(where).endRow();
    } catch (SQLException failure) {
      throw Workspace.failed(failure);
    }
  }

  private static List<String> categories(List<String> names) {
    return names.stream()
        .map(name -> cut(name).replace('|', ' '))
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private static String cut(String text) {
    return CleanText.line(text.length() > LONGEST ? text.substring(0, LONGEST) : text);
  }

  /** A line that describes no item. */
  public void drop(String reason, String where) {
    counted();
    drops.add(STAGE, "descriptions left out: " + reason, where);
  }

  private void counted() {
    read++;
    if (read % REPORT_EVERY == 0) {
      progress.report("descriptions read", read);
    }
  }

  /** A folder for what a source needs while it reads. */
  Path scratch() {
    return workspace.folder();
  }

  /** The items of the dataset: those that survive, and where all are wanted those described. */
  Set<String> items() {
    return items;
  }

  /** How many items have any text. */
  long described() {
    return described;
  }

  /** How many descriptions are of items that survive. */
  long met() {
    return met;
  }

  @Override
  public void close() throws IOException {
    try {
      strangers.close();
    } catch (SQLException failure) {
      throw Workspace.failed(failure);
    }
    workspace.commit(appender);
  }
}
