package dev.medley.prepare.readers;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records of separated fields, as in CSV and TSV. Where the form has quotes (RFC 4180), a quoted
 * field may hold separators, doubled quotes and line ends. A record that is not well formed has a
 * {@link #fault} and costs one line: reading goes on behind it, also where a quote is never closed.
 */
public final class TableReader implements Closeable {
  private static final int MOST_LINES = 1_000;
  private static final int MOST_CHARACTERS = 1 << 20;

  /**
   * How the fields are written.
   *
   * @param separator one character or several
   * @param quotes whether a field may stand in double quotes
   */
  public record Form(String separator, boolean quotes, Charset charset) {
    /** Refuses an empty separator. */
    public Form {
      if (separator.isEmpty()) {
        throw new IllegalArgumentException("separator: expected at least one character, got none");
      }
    }
  }

  private record Line(String text, long number, boolean overlong) {}

  private final Path file;
  private final LineReader lines;
  private final Form form;
  private final Deque<Line> pending = new ArrayDeque<>(); // read, not yet part of a record
  private final List<String> fields = new ArrayList<>();
  private final StringBuilder quoted = new StringBuilder();

  private long number;
  private @Nullable String fault;

  private TableReader(Path file, LineReader lines, Form form) {
    this.file = file;
    this.lines = lines;
    this.form = form;
  }

  /** Opens a file; a header is read as its first record. */
  public static TableReader open(Path file, Form form) throws IOException {
    return new TableReader(file, LineReader.open(file), form);
  }

  /** Goes to the next record that is not an empty line; false at the end. */
  public boolean next() throws IOException {
    Line line = nextLine();
    while (line != null && line.text().isEmpty() && !line.overlong()) {
      line = nextLine();
    }
    if (line == null) {
      return false;
    }
    number = line.number();
    fields.clear();
    if (line.overlong()) {
      fault = "longer than " + (LineReader.LONGEST >> 20) + " MiB";
    } else if (form.quotes()) {
      fault = cutQuoted(line.text());
    } else {
      fault = null;
      cut(line.text());
    }
    return true;
  }

  private @Nullable Line nextLine() throws IOException {
    Line line = pending.poll();
    if (line != null) {
      return line;
    }
    return lines.next()
        ? new Line(lines.text(form.charset()), lines.number(), lines.overlong())
        : null;
  }

  private void cut(String text) {
    int from = 0;
    for (int at = text.indexOf(form.separator());
        at >= 0;
        at = text.indexOf(form.separator(), from)) {
      fields.add(text.substring(from, at));
      from = at + form.separator().length();
    }
    fields.add(text.substring(from));
  }

  /** Cuts a line where quotes count; says what is wrong with it, or null. */
  private @Nullable String cutQuoted(String first) throws IOException {
    if (first.indexOf('"') < 0) {
      cut(first);
      return null;
    }
    List<Line> more = new ArrayList<>();
    String text = first;
    int characters = first.length();
    int at = 0;
    while (true) {
      if (at < text.length() && text.charAt(at) == '"') {
        quoted.setLength(0);
        at++;
        while (true) {
          int close = closing(text, at);
          if (close >= 0) {
            at = close + 1;
            break;
          }
          Line following = more.size() < MOST_LINES ? nextLine() : null;
          characters += following == null ? 0 : following.text().length();
          if (following != null) {
            more.add(following);
          }
          if (following == null || following.overlong() || characters > MOST_CHARACTERS) {
            giveBack(more);
            return "a quote that is not closed";
          }
          quoted.append('\n');
          text = following.text();
          at = 0;
        }
        fields.add(quoted.toString());
        if (at == text.length()) {
          return null;
        }
        if (!text.startsWith(form.separator(), at)) {
          giveBack(more);
          return "text behind a closing quote";
        }
        at += form.separator().length();
      } else {
        int separator = text.indexOf(form.separator(), at);
        if (separator < 0) {
          fields.add(text.substring(at));
          return null;
        }
        fields.add(text.substring(at, separator));
        at = separator + form.separator().length();
      }
    }
  }

  /** Appends what is quoted from {@code at} on; the position of the closing quote, or −1. */
  private int closing(String text, int at) {
    int from = at;
    while (true) {
      int quote = text.indexOf('"', from);
      if (quote < 0) {
        quoted.append(text, from, text.length());
        return -1;
      }
      quoted.append(text, from, quote);
      if (quote + 1 == text.length() || text.charAt(quote + 1) != '"') {
        return quote;
      }
      quoted.append('"');
      from = quote + 2;
    }
  }

  private void giveBack(List<Line> more) {
    for (int k = more.size() - 1; k >= 0; k--) {
      pending.push(more.get(k));
    }
  }

  /** The fields of the current record; changed by the next one. */
  public List<String> fields() {
    return fields;
  }

  /** What is wrong with the current record, or null; its fields then mean nothing. */
  public @Nullable String fault() {
    return fault;
  }

  /** The line on which the current record begins, 1 for the first. */
  public long number() {
    return number;
  }

  /** Where the current record stands, for messages: file and line. */
  public String where() {
    return file.getFileName() + " line " + number;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
