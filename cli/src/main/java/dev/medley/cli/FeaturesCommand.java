package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.features.FeatureExtraction;
import dev.medley.features.FeatureReport;
import dev.medley.features.FeatureRequest;
import dev.medley.features.TextField;
import dev.medley.models.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley features}. */
@Command(
    name = "features",
    description =
        "Turns the texts and pictures of a dataset into features: writes text_feat.npy and"
            + " image_feat.npy, records in dataset.json how they were made, and lists the items"
            + " without one, with the reason, in features-missing.tsv. Nothing is fetched. What was"
            + " encoded before is kept below DATASET/.features and not encoded again. Without --text"
            + " or --image, what encoded them before does so again; with --matrix alone, texts and"
            + " pictures are left as they are.")
final class FeaturesCommand implements Callable<Integer> {
  private static final String ONNX = "onnx:";
  private static final String MATRIX = "matrix"; // the encoder of what was made elsewhere

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "A dataset's folder with items.tsv and, for pictures, images/.")
  private Path dataset;

  @Option(
      names = "--text",
      paramLabel = "ENCODER",
      description =
          "minilm (all-MiniLM-L6-v2, 384 numbers), tfidf (TF-IDF + SVD, 128 numbers), onnx:FILE (a"
              + " sentence transformer with tokenizer.json beside it) or none (default: the one that"
              + " dataset.json records, else minilm, where items have texts; a text_feat.npy that"
              + " something else has made is left alone).")
  private @Nullable String text;

  @Option(
      names = "--image",
      paramLabel = "ENCODER",
      description =
          "descriptor (histograms of colour and gradient, no weights), onnx:FILE (a network, with"
              + " --preprocess) or none (default: the one that dataset.json records, else descriptor,"
              + " where items name pictures; an image_feat.npy that something else has made is left"
              + " alone).")
  private @Nullable String image;

  @Option(
      names = "--preprocess",
      paramLabel = "FILE",
      description =
          "For --image onnx:FILE: resnet50, clip, siglip, or a YAML or JSON file with size, crop,"
              + " mean, std, layer.")
  private @Nullable String preprocess;

  @Option(
      names = "--fields",
      paramLabel = "A,B,…",
      split = ",",
      description =
          "What a sentence is made of, in order (default: without --text as dataset.json records, else"
              + " title,brand,categories,description).")
  private @Nullable List<String> fields;

  @Option(
      names = "--matrix",
      paramLabel = "NAME=FILE",
      description =
          "A further modality that was made elsewhere: an .npy with --ids, or a .b, which has its"
              + " ids inside; may be given several times.")
  private List<String> matrices = List.of();

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description =
          "An item id on each line, for the rows of the .npy; one for each --matrix of an"
              + " .npy, in their order.")
  private List<Path> ids = List.of();

  @Option(
      names = "--resume",
      description =
          "Go on where an interrupted call stopped; rows that are encoded already are taken over with"
              + " or without it.")
  private boolean resume;

  @Option(names = "--json", description = "What was done as JSON.")
  private boolean json;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  FeaturesCommand() {
    dataset = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    FeatureRequest request =
        new FeatureRequest(text(), image(), matrices(), fields(), threads.count());
    List<FeatureReport> reports;
    try (EncodingDisplay display = new EncodingDisplay()) {
      reports = FeatureExtraction.run(dataset, request, display);
    }
    if (resume) {
      for (FeatureReport report : reports) {
        if (report.encoder().equals(MATRIX)) {
          continue;
        }
        System.err.printf(
            Locale.ROOT,
            "%s: %d different %s were encoded before%n",
            report.modality(),
            report.cached(),
            inputs(report));
      }
    }
    if (json) {
      Json.print(Map.of("modalities", reports.stream().map(FeaturesCommand::values).toList()));
    } else {
      System.out.print(table(reports));
    }
    return Main.DONE;
  }

  private FeatureRequest.@Nullable Text text() {
    if (text == null) {
      return null;
    }
    if (text.startsWith(ONNX)) {
      return new FeatureRequest.Text.Onnx(Path.of(text.substring(ONNX.length())));
    }
    return switch (text) {
      case "minilm" -> new FeatureRequest.Text.MiniLm();
      case "tfidf" -> new FeatureRequest.Text.TfIdf();
      case "none" -> new FeatureRequest.Text.None();
      default -> throw unknown("--text", text, List.of("minilm", "tfidf", "onnx:FILE", "none"));
    };
  }

  private FeatureRequest.@Nullable Image image() {
    boolean onnx = image != null && image.startsWith(ONNX);
    if (preprocess != null && !onnx) {
      throw new InvalidInputException(
          "--preprocess: expected --image onnx:FILE with it, got %s; leave one out or add the other"
              .formatted(image == null ? "no --image" : "--image " + image));
    }
    if (image == null) {
      return null;
    }
    if (onnx) {
      if (preprocess == null) {
        throw new InvalidInputException(
            "--image onnx:FILE: expected --preprocess with it, got none; say resnet50, clip, siglip or a file");
      }
      return new FeatureRequest.Image.Onnx(Path.of(image.substring(ONNX.length())), preprocess);
    }
    return switch (image) {
      case "descriptor" -> new FeatureRequest.Image.Descriptor();
      case "none" -> new FeatureRequest.Image.None();
      default -> throw unknown("--image", image, List.of("descriptor", "onnx:FILE", "none"));
    };
  }

  private static InvalidInputException unknown(String option, String given, List<String> known) {
    return new InvalidInputException(
        "%s: expected one of %s, got '%s'%s"
            .formatted(
                option,
                String.join(", ", known),
                given,
                Nearest.to(given, known).map("; did you mean '%s'?"::formatted).orElse("")));
  }

  private @Nullable List<TextField> fields() {
    if (fields == null) {
      return null;
    }
    List<TextField> chosen = new ArrayList<>();
    List<String> known = TextField.ALL.stream().map(TextField::label).toList();
    for (String field : fields) {
      int k = known.indexOf(field.strip());
      if (k < 0) {
        throw unknown("--fields", field, known);
      }
      if (chosen.contains(TextField.ALL.get(k))) {
        throw new InvalidInputException(
            "--fields: expected each field once, got %s twice; leave one out".formatted(field));
      }
      chosen.add(TextField.ALL.get(k));
    }
    return chosen;
  }

  private List<FeatureRequest.Matrix> matrices() {
    List<FeatureRequest.Matrix> parsed = new ArrayList<>();
    int used = 0;
    for (String matrix : matrices) {
      int equals = matrix.indexOf('=');
      if (equals < 1 || equals == matrix.length() - 1) {
        throw new InvalidInputException(
            "--matrix: expected NAME=FILE, as audio=audio.npy, got '%s'; write it so"
                .formatted(matrix));
      }
      Path file = Path.of(matrix.substring(equals + 1));
      boolean inside = file.toString().toLowerCase(Locale.ROOT).endsWith(".b");
      Path list = inside || used == ids.size() ? null : ids.get(used++);
      parsed.add(new FeatureRequest.Matrix(matrix.substring(0, equals), file, list));
    }
    if (used < ids.size()) {
      throw new InvalidInputException(
          "--ids: expected one for each --matrix of an .npy, which are %d, got %d; leave out the others"
              .formatted(used, ids.size()));
    }
    return parsed;
  }

  private static Map<String, Object> values(FeatureReport report) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", report.modality());
    values.put("encoder", report.encoder());
    values.put("dimension", report.dimension());
    values.put("items", report.items());
    values.put("present", report.present());
    values.put("encoded", report.encoded());
    values.put("cached", report.cached());
    values.put("shared", report.shared());
    values.put("seconds", report.seconds());
    values.put(
        "missing",
        report.missing().stream()
            .map(item -> Map.of("id", item.itemId(), "reason", item.reason()))
            .toList());
    return values;
  }

  /** What was done, as "53 different texts encoded now, 47 items share the text of another". */
  private static String work(FeatureReport report) {
    if (report.encoder().equals(MATRIX)) {
      return "taken from the matrix";
    }
    String inputs = inputs(report);
    return "%d different %s encoded now".formatted(report.encoded(), inputs)
        + (report.shared() == 0
            ? ""
            : ", %d items share the %s of another"
                .formatted(report.shared(), inputs.substring(0, inputs.length() - 1)));
  }

  private static String inputs(FeatureReport report) {
    return switch (report.modality()) {
      case "text" -> "texts";
      case "image" -> "pictures";
      default -> "rows";
    };
  }

  private static String table(List<FeatureReport> reports) {
    StringBuilder lines = new StringBuilder();
    for (FeatureReport report : reports) {
      lines.append(
          String.format(
              Locale.ROOT,
              "%-8s %-11s %4d numbers, %d of %d items, %s, %.1f s%n",
              report.modality(),
              report.encoder(),
              report.dimension(),
              report.present(),
              report.items(),
              work(report),
              report.seconds()));
      if (!report.missing().isEmpty()) {
        FeatureReport.Missing first = report.missing().get(0);
        lines.append(
            String.format(
                Locale.ROOT,
                "         missing for %d (%s: %s%s)%n",
                report.missing().size(),
                first.itemId(),
                first.reason(),
                report.missing().size() == 1
                    ? ""
                    : "; the others in " + FeatureExtraction.MISSING));
      }
    }
    return lines.toString();
  }
}
