package dev.medley.prepare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.prepare.readers.Unpacked;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A split as LATTICE and MMSSL publish it: three files, each an object of lists, {@code {"user":
 * [items]}}. Row k of a feature file is item k.
 *
 * @param train training
 * @param validation validation, or null
 * @param test test, or null
 * @param features {@code MODALITY_feat.npy} files, may be empty
 */
public record JsonSplits(
    Path train, @Nullable Path validation, @Nullable Path test, List<Path> features)
    implements Source {
  private static final int DEEPEST = 8;
  private static final int LONGEST = 4096;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST)
                  .maxNameLength(LONGEST)
                  .maxNumberLength(400)
                  .build())
          .build();

  /** Takes a copy of the list. */
  public JsonSplits {
    features = List.copyOf(features);
  }

  /**
   * The files of a folder: {@code train.json}, {@code val.json} or {@code valid.json}, {@code
   * test.json} and feature files.
   */
  public static JsonSplits in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": expected a folder, got none; check the path");
    }
    Path validation = null;
    for (String name : List.of("val.json", "valid.json", "validation.json")) {
      if (validation == null && Files.isRegularFile(folder.resolve(name))) {
        validation = folder.resolve(name);
      }
    }
    Path test = folder.resolve("test.json");
    return new JsonSplits(
        folder.resolve("train.json"),
        validation,
        Files.isRegularFile(test) ? test : null,
        FeatureRows.in(folder));
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder("json-splits " + train.getFileName());
    for (Path file : new Path[] {validation, test}) {
      text.append(file == null ? "" : ", " + file.getFileName());
    }
    features.forEach(file -> text.append(", ").append(file.getFileName()));
    return text.toString();
  }

  /** 0: a split that was published is kept as it is. */
  @Override
  public int defaultKCore() {
    return 0;
  }

  @Override
  public boolean split() {
    return validation != null || test != null;
  }

  @Override
  public void check() throws IOException {
    for (Path file : new Path[] {train, validation, test}) {
      if (file != null) {
        Unpacked.check(file);
      }
    }
    FeatureRows.count(features);
  }

  @Override
  public void interactions(InteractionSink sink) throws IOException {
    Path[] files = {train, validation, test};
    int rows = FeatureRows.count(features);
    for (int label = 0; label < files.length; label++) {
      if (files[label] != null) {
        read(files[label], split() ? label : InteractionSink.NO_LABEL, rows, sink);
      }
    }
  }

  private void read(Path file, int label, int rows, InteractionSink sink) throws IOException {
    long users = 0;
    try (InputStream in = Unpacked.open(file);
        JsonParser parser = FACTORY.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw wrong(file, users, null);
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String user = parser.currentName();
        String where = file.getFileName() + " user " + (users + 1);
        if (parser.nextToken() != JsonToken.START_ARRAY) {
          parser.skipChildren();
          sink.drop("a user without a list of items", where);
        } else {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonToken token = parser.currentToken();
            if (token == null) {
              throw wrong(file, users, null);
            }
            if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT) {
              FeatureRows.checkItem(features, rows, parser.getText(), where);
              sink.add(user, parser.getText(), Values.UNKNOWN, Values.UNKNOWN, label, where);
            } else {
              parser.skipChildren();
              sink.drop("an item that is no number or text", where);
            }
          }
        }
        users++;
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw wrong(file, users, null);
      }
    } catch (JsonProcessingException none) {
      throw wrong(file, users, none);
    } catch (EOFException | ZipException damaged) {
      throw new InvalidInputException(
          "%s: expected a whole gzip file, got one that is damaged after %,d users; fetch it again"
              .formatted(file, users),
          damaged);
    }
  }

  private static InvalidInputException wrong(
      Path file, long users, @Nullable JsonProcessingException cause) {
    String where =
        cause == null || cause.getLocation() == null
            ? ""
            : " line " + cause.getLocation().getLineNr();
    String message =
        "%s%s: expected one object {\"user\": [items]}, got something else after %,d users; mend the file"
            .formatted(file, where, users);
    return cause == null
        ? new InvalidInputException(message)
        : new InvalidInputException(message, cause);
  }

  @Override
  public void items(ItemSink sink) throws IOException {
    int rows = FeatureRows.count(features);
    for (int row = 0; row < rows; row++) {
      String id = Integer.toString(row);
      if (sink.wants(id)) {
        sink.add(id, new ItemDescription("", "", "", List.of(), ""), "row " + row);
      }
    }
  }

  @Override
  public void vectors(VectorSink sink) throws IOException {
    FeatureRows.write(features, Integer::toString, sink);
  }
}
