package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.FeatureRecord;
import dev.medley.data.FeatureRecords;
import dev.medley.data.ItemLines;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** Encodes the texts and pictures of a dataset folder. */
public final class FeatureExtraction {
  /** Which items miss a modality, and why: {@code modality id reason}, with tabs. */
  public static final String MISSING = "features-missing.tsv";

  private static final String HEADER = "modality\tid\treason";

  private final Path folder;
  private final FeatureRequest request;
  private final FeatureProgress progress;
  private final SortedMap<String, FeatureRecord> records;
  private final List<TextField> fields;
  private int items;
  private boolean texts;
  private boolean pictures;

  private FeatureExtraction(Path folder, FeatureRequest request, FeatureProgress progress)
      throws IOException {
    this.folder = folder;
    this.request = request;
    this.progress = progress;
    records = FeatureRecords.read(folder); // refuses a malformed dataset.json before any work
    fields = fields();
  }

  /**
   * Of what a sentence is made: what is asked for, else as before by the same encoder, else all.
   */
  private List<TextField> fields() {
    if (request.fields() != null) {
      return request.fields();
    }
    FeatureRecord before = before(Texts.MODALITY, request.text() != null);
    List<TextField> recorded =
        before == null
            ? List.of()
            : TextField.ofLabels(before.settings().getOrDefault(Texts.FIELDS, ""));
    return recorded.isEmpty() ? TextField.ALL : recorded;
  }

  /** How a modality was encoded, where nothing else is asked for; null where it was not. */
  private @Nullable FeatureRecord before(String modality, boolean asked) {
    FeatureRecord record = records.get(modality);
    return asked || record == null || record.encoder().equals(MatrixRows.ENCODER) ? null : record;
  }

  /**
   * Writes {@code text_feat.npy}, {@code image_feat.npy} and what else is asked for, records them
   * in {@code dataset.json} and lists what is missing in {@link #MISSING}. Rows that an earlier
   * call has encoded, also one that was interrupted, are not encoded again. Without an encoder in
   * the request, that of {@code dataset.json} encodes again, and a feature file that none of them
   * has written is left alone.
   *
   * @throws InvalidInputException if the folder has no items.tsv, a model or matrix is not as it
   *     should be, or no item has what is asked for
   * @throws IOException if something cannot be read or written
   */
  public static List<FeatureReport> run(
      Path folder, FeatureRequest request, FeatureProgress progress) throws IOException {
    return new FeatureExtraction(folder, request, progress).run();
  }

  private List<FeatureReport> run() throws IOException {
    lookAround();
    boolean encodeTexts =
        !(request.text() instanceof FeatureRequest.Text.None)
            && wanted(Texts.MODALITY, request.text() != null, texts);
    boolean encodeImages =
        !(request.image() instanceof FeatureRequest.Image.None)
            && wanted(Images.MODALITY, request.image() != null, pictures);
    if (!encodeTexts && !encodeImages && request.matrices().isEmpty()) {
      throw new InvalidInputException(
          "%s: expected items with a text or a picture that are still to be encoded, got none; fill in items.tsv, or say --text or --image to replace features that were made elsewhere"
              .formatted(folder));
    }
    if (request.fields() != null
        && request.text() == null
        && !encodeTexts
        && elsewhere(Texts.MODALITY)) {
      throw new InvalidInputException(
          "--fields: expected --text with it where %s was made by something else, got none; say the encoder that shall replace it, or leave --fields out"
              .formatted(FeatureRecords.featureFile(folder, Texts.MODALITY)));
    }
    for (FeatureRequest.Matrix matrix : request.matrices()) {
      MatrixRows.check(matrix);
    }
    ImageIO.setUseCache(false);
    List<FeatureReport> reports = new ArrayList<>();
    // Pictures' encoder first: what is wrong with it shows before any text is encoded.
    try (Workers workers = new Workers(request.threads());
        ImageEncoder images = encodeImages ? imageEncoder() : new Descriptor()) {
      if (encodeTexts) {
        reports.add(texts(workers));
      }
      if (encodeImages) {
        reports.add(
            Images.encode(folder, images, items, request.image() != null, workers, progress));
      }
    }
    for (FeatureRequest.Matrix matrix : request.matrices()) {
      reports.add(MatrixRows.encode(folder, matrix, items, progress));
    }
    listMissing(reports);
    return reports;
  }

  private void lookAround() throws IOException {
    try (ItemLines lines = ItemLines.open(folder)) {
      while (lines.next()) {
        items++;
        texts |= !TextField.sentence(lines.description(), fields).isEmpty();
        pictures |= !lines.description().image().isEmpty();
      }
    }
  }

  /** What is asked for, and by default what there is input for and nobody else has made. */
  private boolean wanted(String modality, boolean asked, boolean possible) throws IOException {
    return asked
        || (possible
            && !request.onlyMatrices()
            && !request.brings(modality)
            && !elsewhere(modality));
  }

  /** Whether there are features of a modality that no encoder here has written. */
  private boolean elsewhere(String modality) throws IOException {
    FeatureRecord record = records.get(modality);
    return Files.exists(FeatureRecords.featureFile(folder, modality))
        && (record == null
            || record.encoder().equals(MatrixRows.ENCODER)
            || !FeatureRecords.isAsRecorded(folder, modality));
  }

  private FeatureReport texts(Workers workers) throws IOException {
    boolean asked = request.text() != null;
    FeatureRecord before = before(Texts.MODALITY, asked);
    if (request.text() instanceof FeatureRequest.Text.TfIdf
        || (before != null && before.encoder().equals(TfIdf.NAME))) {
      return Texts.fit(folder, TfIdf.DIMENSION, fields, items, asked, progress);
    }
    try (TextEncoder encoder = textEncoder(before, workers)) {
      return Texts.encode(folder, encoder, fields, items, asked, progress);
    }
  }

  private TextEncoder textEncoder(@Nullable FeatureRecord before, Workers workers)
      throws IOException {
    if (request.text() instanceof FeatureRequest.Text.Onnx other) {
      return SentenceTransformer.open(other.model(), workers);
    }
    return before == null || before.encoder().equals(MiniLm.NAME)
        ? MiniLm.open(workers)
        : new KeptRows(before);
  }

  private ImageEncoder imageEncoder() throws IOException {
    if (request.image() instanceof FeatureRequest.Image.Onnx network) {
      return OnnxImage.open(network.model(), network.preprocess());
    }
    FeatureRecord before = before(Images.MODALITY, request.image() != null);
    return before == null || before.encoder().equals(Descriptor.NAME)
        ? new Descriptor()
        : new KeptRows(before);
  }

  /** Replaces the lines of the modalities that were encoded now and keeps the others. */
  private void listMissing(List<FeatureReport> reports) throws IOException {
    Path file = folder.resolve(MISSING);
    Set<String> now = reports.stream().map(FeatureReport::modality).collect(Collectors.toSet());
    StringBuilder lines = new StringBuilder(HEADER).append('\n');
    if (Files.isRegularFile(file)) {
      for (String line :
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
        String modality = line.split("\t", 2)[0];
        if (!line.isEmpty() && !line.equals(HEADER) && !now.contains(modality)) {
          lines.append(line).append('\n');
        }
      }
    }
    for (FeatureReport report : reports) {
      for (FeatureReport.Missing missing : report.missing()) {
        lines.append(report.modality()).append('\t').append(missing.itemId()).append('\t');
        lines.append(missing.reason().replaceAll("\\p{Cntrl}", "?")).append('\n');
      }
    }
    AtomicFile.write(file, lines.toString());
  }
}
