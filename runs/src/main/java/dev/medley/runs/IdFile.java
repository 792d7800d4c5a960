package dev.medley.runs;

import dev.medley.core.Ids;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.formats.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of ids: a header, then a line per dense number, the id first and, for items of a described
 * catalogue, {@code title description brand categories image} after it.
 *
 * @param descriptions one per id, or empty
 */
record IdFile(Ids ids, List<ItemDescription> descriptions) {
  private static final String HEADER = "id";
  private static final String DESCRIBED = "id\ttitle\tdescription\tbrand\tcategories\timage";
  private static final int FIELDS = 6;

  void write(Path file) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          text.write(descriptions.isEmpty() ? HEADER : DESCRIBED);
          text.write('\n');
          for (int index = 0; index < ids.size(); index++) {
            text.write(checked(ids.id(index)));
            if (!descriptions.isEmpty()) {
              writeDescription(text, descriptions.get(index));
            }
            text.write('\n');
          }
          text.flush();
        });
  }

  private String checked(String id) {
    if (id.indexOf('\t') >= 0 || id.indexOf('\n') >= 0) {
      throw new InvalidInputException(
          "%s ids: expected no tab or line end in an id, got '%s'; rename it"
              .formatted(ids.subject(), RunJson.oneLine(id)));
    }
    return id;
  }

  private static void writeDescription(Writer text, ItemDescription description)
      throws IOException {
    List<String> categories = new ArrayList<>();
    for (String category : description.categories()) {
      categories.add(category.replace('|', ' '));
    }
    for (String field :
        List.of(
            description.title(),
            description.description(),
            description.brand(),
            String.join("|", categories),
            description.image())) {
      text.write('\t');
      text.write(field.replaceAll("[\\t\\r\\n\\u2028\\u2029]", " "));
    }
  }

  static IdFile read(Path file, String subject) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException malformed) {
      throw new InvalidInputException(
          file + ": expected UTF-8 text, got other bytes; the run is damaged: train it again",
          malformed);
    }
    List<String> ids = new ArrayList<>();
    List<ItemDescription> descriptions = new ArrayList<>();
    boolean described = text.startsWith(DESCRIBED + "\n");
    if (!described && !text.startsWith(HEADER + "\n")) {
      throw new InvalidInputException(
          file
              + ", line 1: expected a header that begins with 'id', got something else; the run is damaged: train it again");
    }
    int fields = described ? FIELDS : 1;
    int line = 2;
    for (int begin = text.indexOf('\n') + 1; begin < text.length(); line++) {
      int end = text.indexOf('\n', begin);
      if (end < 0) {
        throw new InvalidInputException(
            "%s, line %d: expected a line end, got the end of the file; the run is damaged: train it again"
                .formatted(file, line));
      }
      String[] parts = text.substring(begin, end).split("\t", -1);
      if (parts.length != fields) {
        throw new InvalidInputException(
            "%s, line %d: expected %d fields, got %d; the run is damaged: train it again"
                .formatted(file, line, fields, parts.length));
      }
      ids.add(parts[0]);
      if (described) {
        descriptions.add(
            new ItemDescription(
                parts[1],
                parts[2],
                parts[3],
                parts[4].isEmpty() ? List.of() : List.of(parts[4].split("\\|", -1)),
                parts[5]));
      }
      begin = end + 1;
    }
    return new IdFile(Ids.of(subject, ids), descriptions);
  }
}
