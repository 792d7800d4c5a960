package dev.medley.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.AtomicFile;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The part of {@code dataset.json} that says how each modality was encoded. */
public final class FeatureRecords {
  private static final String ENCODER = "encoder";
  private static final String INPUT = "input_sha256";

  private FeatureRecords() {}

  /** The file that holds a modality's features. */
  public static Path featureFile(Path folder, String modality) {
    return folder.resolve(modality + FeatureFile.SUFFIX);
  }

  /**
   * The records of a folder by modality; without those modalities of which the file says nothing.
   *
   * @throws InvalidInputException if {@code dataset.json} is not as it should be
   */
  public static SortedMap<String, FeatureRecord> read(Path folder) throws IOException {
    SortedMap<String, FeatureRecord> records = new TreeMap<>();
    Path file = folder.resolve(Manifest.NAME);
    if (!Files.isRegularFile(file)) {
      return records;
    }
    Map<String, List<String>> missing = Manifest.read(file).missing(); // checks the fields it knows
    for (JsonNode modality : Manifest.parse(file).path("modalities")) {
      JsonNode encoder = modality.path(ENCODER);
      if (!encoder.isMissingNode() && !encoder.isObject()) {
        throw Manifest.bad(file, "modalities." + ENCODER, "an object", encoder);
      }
      if (encoder.isObject()) {
        String name = modality.path("name").asText();
        SortedMap<String, String> settings = new TreeMap<>();
        encoder
            .path("settings")
            .properties()
            .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
        records.put(
            name,
            new FeatureRecord(
                name,
                modality.path("dimension").asInt(),
                modality.path("present").asInt(),
                missing.getOrDefault(name, List.of()),
                encoder.path("name").asText(),
                encoder.path("version").asText(),
                settings,
                modality.path(INPUT).asText()));
      }
    }
    return records;
  }

  /** Whether the feature file is there and still has the hash that {@code dataset.json} lists. */
  public static boolean isAsRecorded(Path folder, String modality) throws IOException {
    Path features = featureFile(folder, modality);
    Path file = folder.resolve(Manifest.NAME);
    if (!Files.isRegularFile(features) || !Files.isRegularFile(file)) {
      return false;
    }
    String listed = Manifest.read(file).hashes().get(features.getFileName().toString());
    return listed != null && listed.equalsIgnoreCase(Sha256.ofFile(features));
  }

  /**
   * Puts a record into {@code dataset.json}, in place of an older one of the modality, with the
   * hash of its feature file; everything else in the file stays. The file is made where there is
   * none.
   *
   * @throws InvalidInputException if the file that is there is not as it should be
   */
  public static void write(Path folder, FeatureRecord record) throws IOException {
    Path file = folder.resolve(Manifest.NAME);
    ObjectNode root;
    if (Files.isRegularFile(file)) {
      Manifest.read(file); // refuses what is not a manifest
      root = (ObjectNode) Manifest.parse(file);
    } else {
      root = Manifest.MAPPER.createObjectNode();
      root.put("format", Manifest.FORMAT);
    }
    List<JsonNode> others = new ArrayList<>();
    root.path("modalities")
        .forEach(
            modality -> {
              if (!modality.path("name").asText().equals(record.modality())) {
                others.add(modality);
              }
            });
    others.add(node(record));
    others.sort((a, b) -> a.path("name").asText().compareTo(b.path("name").asText()));
    ArrayNode modalities = root.putArray("modalities");
    others.forEach(modalities::add);
    ObjectNode files = root.withObjectProperty("files");
    Path features = featureFile(folder, record.modality());
    files.put(features.getFileName().toString(), Sha256.ofFile(features));
    AtomicFile.write(
        file, Manifest.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  private static ObjectNode node(FeatureRecord record) {
    ObjectNode node = Manifest.MAPPER.createObjectNode();
    node.put("name", record.modality()).put("dimension", record.dimension());
    node.put("present", record.present());
    ArrayNode missing = node.putArray("missing");
    record.missing().forEach(missing::add);
    ObjectNode encoder = node.putObject(ENCODER);
    encoder.put("name", record.encoder()).put("version", record.version());
    ObjectNode settings = encoder.putObject("settings");
    record.settings().forEach(settings::put);
    return node.put(INPUT, record.inputSha256());
  }
}
