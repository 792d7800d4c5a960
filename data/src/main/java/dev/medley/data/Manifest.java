package dev.medley.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.AtomicFile;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What {@code dataset.json} says of a folder; every field may be absent. */
final class Manifest {
  /** Its name in every dataset folder. */
  static final String NAME = "dataset.json";

  /** A folder without the file. */
  static final Manifest NONE = new Manifest(Map.of(), Map.of());

  static final int FORMAT = 1;
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Map<String, List<String>> missing;
  private final Map<String, String> hashes;

  private Manifest(Map<String, List<String>> missing, Map<String, String> hashes) {
    this.missing = missing;
    this.hashes = hashes;
  }

  /** The ids of the items that miss a modality, by modality. */
  Map<String, List<String>> missing() {
    return missing;
  }

  /** SHA-256 by file name. */
  Map<String, String> hashes() {
    return hashes;
  }

  /**
   * Reads the file.
   *
   * @throws InvalidInputException if it is not JSON, or a field is of another type
   */
  static Manifest read(Path file) throws IOException {
    JsonNode root = parse(file);
    if (!root.isObject()) {
      throw bad(file, "the whole file", "an object in braces", root);
    }
    JsonNode format = root.path("format");
    if (!format.isMissingNode() && (!format.isInt() || format.intValue() < 1)) {
      throw bad(file, "format", "a whole number of at least 1", format);
    }
    if (format.intValue() > FORMAT) {
      throw new InvalidInputException(
          "%s, field format: expected at most %d, got %d; use a newer Medley"
              .formatted(file, FORMAT, format.intValue()));
    }
    Map<String, List<String>> missing = new LinkedHashMap<>();
    JsonNode modalities = root.path("modalities");
    if (!modalities.isMissingNode() && !modalities.isArray()) {
      throw bad(file, "modalities", "a list", modalities);
    }
    for (int k = 0; k < modalities.size(); k++) {
      String field = "modalities[" + k + "]";
      JsonNode modality = modalities.get(k);
      JsonNode name = modality.path("name");
      if (!name.isTextual()) {
        throw bad(file, field + ".name", "text", name);
      }
      JsonNode ids = modality.path("missing");
      if (!ids.isMissingNode() && !ids.isArray()) {
        throw bad(file, field + ".missing", "a list of item ids", ids);
      }
      List<String> items = new ArrayList<>();
      for (JsonNode id : ids) {
        if (!id.isTextual() && !id.isIntegralNumber()) {
          throw bad(file, field + ".missing", "a list of item ids", id);
        }
        items.add(id.asText());
      }
      missing.computeIfAbsent(name.textValue(), absent -> new ArrayList<>()).addAll(items);
    }
    Map<String, String> hashes = new LinkedHashMap<>();
    JsonNode files = root.path("files");
    if (!files.isMissingNode() && !files.isObject()) {
      throw bad(file, "files", "an object of file names and their SHA-256", files);
    }
    for (Map.Entry<String, JsonNode> entry : files.properties()) {
      if (!entry.getValue().isTextual()) {
        throw bad(file, "files", "an object of file names and their SHA-256", entry.getValue());
      }
      hashes.put(entry.getKey(), entry.getValue().textValue());
    }
    return new Manifest(missing, hashes);
  }

  static JsonNode parse(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return MAPPER.readTree(bytes);
    } catch (CharConversionException e) {
      throw new InvalidInputException(
          file + " line 1: expected JSON in UTF-8, got other bytes; mend or remove the file", e);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new InvalidInputException(
          "%s line %d: expected JSON, got something else (%s); mend or remove the file"
              .formatted(
                  file,
                  line,
                  e.getOriginalMessage()
                      .lines()
                      .findFirst()
                      .orElse("")
                      .replaceAll("\\p{Cntrl}", "?")),
          e);
    }
  }

  static InvalidInputException bad(Path file, String field, String expected, JsonNode got) {
    String found = got.isMissingNode() ? "nothing" : Quote.of(got.toString());
    return new InvalidInputException(
        "%s, field %s: expected %s, got %s; mend it or remove the file"
            .formatted(file, field, expected, found));
  }

  /**
   * Writes the file.
   *
   * @param source where the data come from, one line for people
   * @param hashes SHA-256 by file name
   */
  static void write(Path file, Dataset dataset, String source, SortedMap<String, String> hashes)
      throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT).put("name", dataset.name()).put("source", source);
    root.put("users", dataset.users().size()).put("items", dataset.items().size());
    root.put("train", dataset.train().size());
    root.put("validation", dataset.validation().size());
    root.put("test", dataset.test().size());
    ArrayNode modalities = root.putArray("modalities");
    for (FeatureMatrix matrix : dataset.features()) {
      ObjectNode modality = modalities.addObject();
      modality.put("name", matrix.modality()).put("dimension", matrix.dimension());
      modality.put("present", matrix.presentCount());
      ArrayNode missing = modality.putArray("missing");
      for (int item = 0; item < matrix.rows(); item++) {
        if (!matrix.isPresent(item)) {
          missing.add(dataset.items().id(item));
        }
      }
    }
    ObjectNode files = root.putObject("files");
    hashes.forEach(files::put);
    AtomicFile.write(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }
}
