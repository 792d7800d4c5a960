package dev.medley.features;

import dev.medley.core.InvalidInputException;
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
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** Encodes the texts and pictures of a dataset folder. */
public final class FeatureExtraction {
  /** Which items miss a modality, and why: {@code modality id reason}, with tabs. */
  public static final String MISSING = "features-missing.tsv";

  private static final String HEADER = "modality\tid\treason";

  private final Path folder;
  private final FeatureRequest request;
  private final FeatureProgress progress;
  private int items;
  private boolean texts;
  private boolean pictures;

  private FeatureExtraction(Path folder, FeatureRequest request, FeatureProgress progress) {
    this.folder = folder;
    this.request = request;
    this.progress = progress;
  }

  /**
   * Writes {@code text_feat.npy}, {@code image_feat.npy} and what else is asked for, records them
   * in {@code dataset.json} and lists what is missing in {@link #MISSING}. Rows that an earlier
   * call has encoded, also one that was interrupted, are not encoded again.
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
        texts |= !TextField.sentence(lines.description(), request.fields()).isEmpty();
        pictures |= !lines.description().image().isEmpty();
      }
    }
    FeatureRecords.read(folder); // refuses a malformed dataset.json before any work
  }

  /** What is asked for, and by default what there is input for and nobody else has made. */
  private boolean wanted(String modality, boolean asked, boolean possible) throws IOException {
    boolean foreign =
        request.brings(modality)
            || (Files.exists(FeatureRecords.featureFile(folder, modality))
                && !FeatureRecords.read(folder).containsKey(modality));
    return asked || (possible && !foreign);
  }

  private FeatureReport texts(Workers workers) throws IOException {
    FeatureRequest.Text text = request.text();
    if (text instanceof FeatureRequest.Text.TfIdf) {
      return Texts.fit(folder, TfIdf.DIMENSION, request.fields(), items, progress);
    }
    try (TextEncoder encoder =
        text instanceof FeatureRequest.Text.Onnx other
            ? SentenceTransformer.open(other.model(), workers)
            : MiniLm.open(workers)) {
      return Texts.encode(folder, encoder, request.fields(), items, text != null, progress);
    }
  }

  private ImageEncoder imageEncoder() throws IOException {
    return request.image() instanceof FeatureRequest.Image.Onnx network
        ? OnnxImage.open(network.model(), network.preprocess())
        : new Descriptor();
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
