package dev.medley.features;

import dev.medley.data.FeatureRecords;
import dev.medley.data.ItemLines;
import dev.medley.formats.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Encodes the texts and pictures of a dataset folder. */
public final class FeatureExtraction {
  /** Which items miss a modality, and why: {@code modality id reason}, with tabs. */
  public static final String MISSING = "features-missing.tsv";

  private FeatureExtraction() {}

  /**
   * Writes {@code text_feat.npy}, {@code image_feat.npy} and what else is asked for, records them
   * in {@code dataset.json} and lists what is missing in {@link #MISSING}.
   *
   * @throws dev.medley.core.InvalidInputException if the folder has no items.tsv, or a model or
   *     matrix is not as it should be
   * @throws IOException if something cannot be read or written
   */
  public static List<FeatureReport> run(
      Path folder, FeatureRequest request, FeatureProgress progress) throws IOException {
    int items = 0;
    boolean texts = false;
    boolean pictures = false;
    try (ItemLines lines = ItemLines.open(folder)) {
      while (lines.next()) {
        items++;
        texts |= !TextField.sentence(lines.description(), request.fields()).isEmpty();
        pictures |= !lines.description().image().isEmpty();
      }
    }
    ImageIO.setUseCache(false);
    List<FeatureReport> reports = new ArrayList<>();
    try (Workers workers = new Workers(request.threads())) {
      if (wanted(folder, Texts.MODALITY, request.text() != null, texts)) {
        reports.add(texts(folder, request, items, workers, progress));
      }
      if (wanted(folder, Images.MODALITY, request.image() != null, pictures)) {
        reports.add(images(folder, request, items, workers, progress));
      }
      for (FeatureRequest.Matrix matrix : request.matrices()) {
        reports.add(MatrixRows.encode(folder, matrix, items, progress));
      }
    }
    listMissing(folder, reports);
    return reports;
  }

  /** What is asked for, and by default what there is input for and nobody else has made. */
  private static boolean wanted(Path folder, String modality, boolean asked, boolean possible)
      throws IOException {
    boolean foreign =
        ModalityRun.exists(folder, modality) && !FeatureRecords.read(folder).containsKey(modality);
    return asked || (possible && !foreign);
  }

  private static FeatureReport texts(
      Path folder, FeatureRequest request, int items, Workers workers, FeatureProgress progress)
      throws IOException {
    FeatureRequest.Text text = request.text();
    if (text instanceof FeatureRequest.Text.TfIdf light) {
      return Texts.fit(folder, light.dimension(), request.fields(), items, progress);
    }
    try (TextEncoder encoder =
        text instanceof FeatureRequest.Text.Onnx other
            ? SentenceTransformer.open(other.model(), workers)
            : MiniLm.open(workers)) {
      return Texts.encode(folder, encoder, request.fields(), items, progress);
    }
  }

  private static FeatureReport images(
      Path folder, FeatureRequest request, int items, Workers workers, FeatureProgress progress)
      throws IOException {
    try (ImageEncoder encoder =
        request.image() instanceof FeatureRequest.Image.Onnx network
            ? OnnxImage.open(network.model(), network.preprocess())
            : new Descriptor()) {
      return Images.encode(folder, encoder, items, workers, progress);
    }
  }

  private static void listMissing(Path folder, List<FeatureReport> reports) throws IOException {
    StringBuilder lines = new StringBuilder("modality\tid\treason\n");
    for (FeatureReport report : reports) {
      for (FeatureReport.Missing missing : report.missing()) {
        lines.append(report.modality()).append('\t').append(missing.itemId()).append('\t');
        lines.append(missing.reason().replaceAll("\\p{Cntrl}", "?")).append('\n');
      }
    }
    AtomicFile.write(folder.resolve(MISSING), lines.toString());
  }
}
