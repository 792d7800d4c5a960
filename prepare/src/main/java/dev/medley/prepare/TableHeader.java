package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.readers.TableReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first record of a table: the names of its columns. */
final class TableHeader {
  private static final List<String> SEPARATORS = List.of(",", "\t", ";", "|");

  private final Path file;
  private final List<String> names;

  private TableHeader(Path file, List<String> names) {
    this.file = file;
    this.names = names;
  }

  /** The form under whose separator the first line has all these columns; a comma where none is. */
  static TableReader.Form guessForm(Path file, List<String> columns) throws IOException {
    for (String separator : SEPARATORS) {
      TableReader.Form form = new TableReader.Form(separator, true, StandardCharsets.UTF_8);
      try (TableReader table = TableReader.open(file, form)) {
        if (table.next()
            && table.fault() == null // as of quoted names between other separators
            && stripped(table).containsAll(columns)) {
          return form;
        }
      }
    }
    boolean tabs = String.valueOf(file.getFileName()).contains(".tsv");
    return new TableReader.Form(tabs ? "\t" : ",", true, StandardCharsets.UTF_8);
  }

  /**
   * Reads the header.
   *
   * @throws InvalidInputException if there is none
   */
  static TableHeader read(Path file, TableReader table) throws IOException {
    if (!table.next()) {
      throw new InvalidInputException(
          file + ": expected a table with a header line, got an empty file; check the path");
    }
    String fault = table.fault();
    if (fault != null) {
      throw new InvalidInputException(
          "%s line %d: expected a header line, got one with %s; mend it"
              .formatted(file, table.number(), fault));
    }
    List<String> names = stripped(table);
    if (names.stream().anyMatch(name -> name.indexOf('\0') >= 0)) { // each letter is two bytes
      throw new InvalidInputException(
          file + " line 1: expected UTF-8, got what looks like UTF-16; save it as UTF-8");
    }
    return new TableHeader(file, names);
  }

  private static List<String> stripped(TableReader table) {
    return table.fields().stream().map(String::strip).toList();
  }

  /**
   * The position of a column.
   *
   * @throws InvalidInputException if there is none of this name, or two
   */
  int column(String name) {
    int at = names.indexOf(name);
    if (at < 0) {
      throw new InvalidInputException(
          "%s line 1: expected a column '%s', got %s; name one of them"
              .formatted(file, name, shown()));
    }
    if (names.lastIndexOf(name) != at) {
      throw new InvalidInputException(
          "%s line 1: expected one column '%s', got two; rename one".formatted(file, name));
    }
    return at;
  }

  /** The same, −1 for null. */
  int columnOrNone(@Nullable String name) {
    return name == null ? -1 : column(name);
  }

  /** The same without what follows a colon in each name, as {@code :token}. */
  TableHeader withoutTypes() {
    return new TableHeader(
        file, names.stream().map(name -> name.replaceFirst(":.*$", "").strip()).toList());
  }

  /** The position of the first of these columns that is there; −1 where none is. */
  int findFirst(String... any) {
    for (String name : any) {
      if (names.contains(name)) {
        return names.indexOf(name);
      }
    }
    return -1;
  }

  /** How many columns there are. */
  int width() {
    return names.size();
  }

  /** The position of a column, −1 where there is none. */
  int find(String name) {
    return names.indexOf(name);
  }

  private String shown() {
    String all = String.join(", ", names).replaceAll("\\p{Cntrl}", "?");
    return all.length() > 200 ? all.substring(0, 200) + "…" : all;
  }

  /** What is wrong with a record, or null. */
  @Nullable String fault(TableReader table) {
    if (table.fault() != null) {
      return table.fault();
    }
    return table.fields().size() == names.size()
        ? null
        : "not as many fields as the header has columns";
  }
}
