package dev.medley.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.medley.data.Inspection;
import dev.medley.features.ContactSheet;
import dev.medley.features.FeatureAudit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley inspect}. */
@Command(
    name = "inspect",
    description =
        "Counts, split ratios, duplicates, leaks, cold users and items, missing modalities of a"
            + " dataset; texts and pictures, how features were made and whether they are stale, and"
            + " items with the same features.")
final class InspectCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DATASET", description = "A dataset's folder.")
  private Path dataset;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Option(
      names = "--contact-sheet",
      paramLabel = "FILE",
      description = "Also write a PNG of up to 48 of the pictures and name their items.")
  private @Nullable Path contactSheet;

  @Mixin private final DatasetOptions split = new DatasetOptions();

  InspectCommand() {
    dataset = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    Inspection inspection = Inspection.of(dataset, split.readOptions());
    FeatureAudit audit = FeatureAudit.of(dataset);
    List<String> shown =
        contactSheet == null ? List.of() : ContactSheet.write(dataset, contactSheet);
    System.out.println(
        (json ? json(inspection, audit, shown) : text(inspection, audit, shown)).stripTrailing());
    return Main.DONE;
  }

  private String text(Inspection inspection, FeatureAudit audit, List<String> shown) {
    StringBuilder text = new StringBuilder(inspection.toText());
    if (audit.items() > 0) {
      line(text, "texts", "%,d of %,d items".formatted(audit.texts(), audit.items()));
      line(
          text,
          "pictures",
          String.format(
              Locale.ROOT,
              "%,d of %,d items, %,d named",
              audit.pictures(),
              audit.items(),
              audit.namedPictures()));
    }
    for (FeatureAudit.Encoding encoding : audit.encodings()) {
      String version = encoding.version();
      line(
          text,
          "encoder",
          "%s by %s %s%s"
              .formatted(
                  encoding.modality(),
                  encoding.encoder(),
                  version.length() > 12 ? version.substring(0, 12) : version,
                  encoding.stale().isEmpty() ? "" : ", STALE: " + encoding.stale()));
    }
    if (!shown.isEmpty()) {
      line(text, "contact sheet", contactSheet + ": " + String.join(" ", shown));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(String.format(Locale.ROOT, "%-13s %s%n", key, value));
  }

  /**
   * What the inspection says, with further keys; {@code modalities} gain {@code encoder, stale}.
   */
  private String json(Inspection inspection, FeatureAudit audit, List<String> shown)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = (ObjectNode) mapper.readTree(inspection.toJson());
    root.putObject("texts").put("items", audit.items()).put("present", audit.texts());
    root.putObject("pictures")
        .put("items", audit.items())
        .put("named", audit.namedPictures())
        .put("present", audit.pictures());
    for (JsonNode modality : root.path("modalities")) {
      for (FeatureAudit.Encoding encoding : audit.encodings()) {
        if (encoding.modality().equals(modality.path("name").asText())) {
          ((ObjectNode) modality)
              .put("encoder", encoding.encoder())
              .put("encoder_version", encoding.version())
              .put("stale", !encoding.stale().isEmpty())
              .put("stale_because", encoding.stale());
        }
      }
    }
    if (contactSheet != null) {
      ObjectNode sheet = root.putObject("contact_sheet").put("file", contactSheet.toString());
      shown.forEach(sheet.putArray("items")::add);
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }
}
