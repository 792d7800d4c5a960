package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.data.SplitKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The valid interactions in DuckDB, which get fewer step by step. Users and items are numbered, so
 * that all steps but the first and the last work on whole numbers.
 */
final class InteractionTable {
  private static final double MILLIS_FROM = 1e11; // as seconds, the year 5138
  private static final double MICROS_FROM = 1e14;
  private static final double NANOS_FROM = 1e17;

  private final Workspace workspace;
  private final Drops drops;
  private final boolean pointed; // ratings are written with a point, also whole ones
  private final List<Funnel.Stage> stages = new ArrayList<>();

  private InteractionTable(Workspace workspace, Drops drops, boolean pointed) {
    this.workspace = workspace;
    this.drops = drops;
    this.pointed = pointed;
  }

  /** Numbers the users and items of the table {@code raw}, which is gone afterwards. */
  static InteractionTable of(Workspace workspace, Drops drops, long read, boolean pointed)
      throws IOException {
    for (String[] names : new String[][] {{"users", "\"user\"", "u"}, {"items", "item", "i"}}) {
      workspace.execute(
          "CREATE TABLE %s AS SELECT %s, (row_number() OVER ())::INTEGER AS %s FROM (SELECT DISTINCT %s FROM raw)"
              .formatted(names[0], names[1], names[2], names[1]));
    }
    workspace.execute(
        "CREATE TABLE pairs AS SELECT line, u, i, rating, time, label FROM raw JOIN users USING"
            + " (\"user\") JOIN items USING (item)");
    workspace.execute("DROP TABLE raw");
    InteractionTable table = new InteractionTable(workspace, drops, pointed);
    table.stages.add(new Funnel.Stage(InteractionSink.READ, read, -1, -1, ""));
    table.addStage(InteractionSink.VALID, "");
    return table;
  }

  /** What was left behind each step so far. */
  List<Funnel.Stage> stages() {
    return stages;
  }

  private long left() {
    return stages.get(stages.size() - 1).interactions();
  }

  private void addStage(String name, String note) throws IOException {
    stages.add(
        new Funnel.Stage(
            name,
            workspace.number("SELECT count(*) FROM pairs"),
            workspace.number("SELECT count(DISTINCT u) FROM pairs"),
            workspace.number("SELECT count(DISTINCT i) FROM pairs"),
            note));
  }

  /**
   * Keeps the earliest of the lines of a pair; of a source with a split, those of training first.
   */
  void deduplicate(boolean labelled) throws IOException {
    String stage = "deduplicated";
    workspace.execute(
        "CREATE TABLE repeated AS SELECT u, i FROM pairs GROUP BY u, i HAVING count(*) > 1");
    workspace.execute(
        "CREATE TABLE later AS SELECT line, label <> first_label AS leak FROM (SELECT line, label,"
            + " row_number() OVER w AS place, first_value(label) OVER w AS first_label FROM pairs"
            + " SEMI JOIN repeated USING (u, i) WINDOW w AS (PARTITION BY u, i ORDER BY "
            + (labelled ? "label, " : "")
            + "time NULLS LAST, line)) WHERE place > 1");
    long leaks = labelled ? workspace.number("SELECT count(*) FROM later WHERE leak") : 0;
    long all = workspace.number("SELECT count(*) FROM later");
    drops.add(stage, "later lines of a pair that is there already", all - leaks);
    drops.add(stage, "lines of a pair that an earlier split has", leaks);
    if (all > 0) {
      workspace.execute("DELETE FROM pairs WHERE line IN (SELECT line FROM later)");
    }
    workspace.execute("DROP TABLE later");
    workspace.execute("DROP TABLE repeated");
    addStage(stage, "");
  }

  /** Leaves out ratings below a threshold. */
  void keepRatings(OptionalDouble least) throws IOException {
    if (least.isEmpty()) {
      return;
    }
    if (workspace.number("SELECT count(rating) FROM pairs") == 0) {
      throw new InvalidInputException(
          "--min-rating: expected interactions with ratings, got none; leave the option out");
    }
    String number = plain(least.getAsDouble());
    String stage = "rating ≥ " + number;
    drop(stage, "without a rating", "rating IS NULL");
    drop(stage, "ratings below " + number, "rating < " + number);
    addStage(stage, "");
    checkLeft("--min-rating " + number, "lower it");
  }

  /** Leaves out what is not in a window of time. */
  void keepTimes(@Nullable String since, @Nullable String until) throws IOException {
    if (since == null && until == null) {
      return;
    }
    if (workspace.number("SELECT count(time) FROM pairs") == 0) {
      throw new InvalidInputException(
          "--since, --until: expected interactions with timestamps, got none; leave them out");
    }
    String stage = "time window";
    drop(stage, "without a timestamp", "time IS NULL");
    if (since != null) {
      drop(stage, "before " + since, "time < " + plain(inUnit(since)));
    }
    if (until != null) {
      drop(stage, "at or after " + until, "time >= " + plain(inUnit(until)));
    }
    addStage(stage, "");
    checkLeft("--since, --until", "widen the window");
  }

  /** A time in the unit of the table: dates are seconds and follow the size of what is there. */
  private double inUnit(String text) throws IOException {
    double time = Values.time(text);
    if (Double.isFinite(Values.number(text))) {
      return time;
    }
    double[] usual = new double[1]; // not the largest, which may be a stray
    workspace.query(
        "SELECT quantile_disc(abs(time), 0.5) FROM pairs", row -> usual[0] = row.getDouble(1));
    double scale =
        usual[0] >= NANOS_FROM
            ? 1e9
            : usual[0] >= MICROS_FROM ? 1e6 : usual[0] >= MILLIS_FROM ? 1e3 : 1;
    return time * scale;
  }

  /** Leaves out what a split by time cannot place. */
  void keepTimed(SplitKind split) throws IOException {
    if (split != SplitKind.TEMPORAL && split != SplitKind.LEAVE_ONE_OUT) {
      return;
    }
    if (workspace.number("SELECT count(time) FROM pairs") == 0) {
      throw new InvalidInputException(
          "--split %s: expected interactions with timestamps, got none; use --split random"
              .formatted(split.label()));
    }
    if (workspace.number("SELECT count(*) FROM pairs WHERE time IS NULL") > 0) {
      String stage = "timed";
      drop(stage, "without a timestamp, which --split " + split.label() + " needs", "time IS NULL");
      addStage(stage, "");
    }
  }

  private void drop(String stage, String reason, String condition) throws IOException {
    drops.add(stage, reason, workspace.execute("DELETE FROM pairs WHERE " + condition));
  }

  /** Leaves out users and items with fewer than k interactions, again and again until none is. */
  void keepCore(int k, Progress progress) throws IOException {
    if (k <= 1) {
      return; // who is here has one
    }
    String stage = k + "-core";
    long before = left();
    int rounds = 0;
    while (true) {
      workspace.execute(
          "CREATE OR REPLACE TABLE few_users AS SELECT u FROM pairs GROUP BY u HAVING count(*) < "
              + k);
      workspace.execute(
          "CREATE OR REPLACE TABLE few_items AS SELECT i FROM pairs GROUP BY i HAVING count(*) < "
              + k);
      if (workspace.number("SELECT count(*) FROM few_users") == 0
          && workspace.number("SELECT count(*) FROM few_items") == 0) {
        break;
      }
      rounds++;
      progress.report("rounds of the " + stage, rounds);
      workspace.execute(
          "CREATE OR REPLACE TABLE kept AS SELECT * FROM pairs ANTI JOIN few_users USING (u) ANTI"
              + " JOIN few_items USING (i)");
      workspace.execute("DROP TABLE pairs");
      workspace.execute("ALTER TABLE kept RENAME TO pairs");
    }
    Funnel.Stage last = stages.get(stages.size() - 1);
    addStage(stage, rounds == 1 ? "1 round" : rounds + " rounds");
    Funnel.Stage now = stages.get(stages.size() - 1);
    drops.add(
        stage,
        "interactions of %,d users and %,d items with fewer than %d"
            .formatted(last.users() - now.users(), last.items() - now.items(), k),
        before - now.interactions());
    checkLeft("--k-core " + k, "lower it; 0 keeps everything");
  }

  private void checkLeft(String option, String remedy) {
    if (left() == 0) {
      throw new InvalidInputException(
          "%s: expected interactions to be left, got none of %,d; %s"
              .formatted(option, stages.get(stages.size() - 2).interactions(), remedy));
    }
  }

  /** The items that still have an interaction. */
  List<String> items() throws IOException {
    List<String> ids = new ArrayList<>();
    workspace.query(
        "SELECT item FROM items SEMI JOIN pairs USING (i)", row -> ids.add(row.getString(1)));
    return ids;
  }

  /**
   * Writes what is left as an {@code .inter} file, in the order of users, times and items.
   *
   * @param labelled whether the source's own split goes along
   */
  void write(Path file, boolean labelled) throws IOException {
    boolean rated = workspace.number("SELECT count(rating) FROM pairs") > 0;
    boolean timed = workspace.number("SELECT count(time) FROM pairs") > 0;
    workspace.execute(
        "CREATE TABLE order_of_users AS SELECT u, \"user\", row_number() OVER (ORDER BY "
            + ordering("users", "\"user\"", "u")
            + ") AS place_of_user FROM users SEMI JOIN pairs USING (u)");
    workspace.execute(
        "CREATE TABLE order_of_items AS SELECT i, item, row_number() OVER (ORDER BY "
            + ordering("items", "item", "i")
            + ") AS place_of_item FROM items SEMI JOIN pairs USING (i)");
    StringBuilder columns = new StringBuilder("\"user\" AS \"userID\", item AS \"itemID\"");
    if (rated) {
      columns.append(!pointed && isWhole("rating") ? ", rating::BIGINT AS rating" : ", rating");
    }
    if (timed) {
      columns.append(isWhole("time") ? ", time::BIGINT AS timestamp" : ", time AS timestamp");
    }
    if (labelled) {
      columns.append(", label AS x_label");
    }
    workspace.execute(
        "COPY (SELECT %s FROM pairs JOIN order_of_users USING (u) JOIN order_of_items USING (i) ORDER BY place_of_user, time NULLS LAST, place_of_item) TO %s (FORMAT csv, DELIMITER '\t', QUOTE '', ESCAPE '', HEADER true, NULLSTR '')"
            .formatted(columns, Workspace.quoted(file.toString())));
  }

  private boolean isWhole(String column) throws IOException {
    return workspace.number(
            "SELECT count(*) FROM pairs WHERE %1$s <> trunc(%1$s) OR abs(%1$s) > 9e18"
                .formatted(column))
        == 0;
  }

  /** By value where all ids are whole numbers, else by their characters. */
  private String ordering(String table, String column, String number) throws IOException {
    boolean integers =
        workspace.number(
                "SELECT count(*) FROM %s SEMI JOIN pairs USING (%s) WHERE NOT regexp_full_match(%s, '0|[1-9][0-9]{0,17}')"
                    .formatted(table, number, column))
            == 0;
    return integers ? column + "::BIGINT" : column;
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
