package dev.medley.features;

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
      if (request.text() != null || texts) {
        try (TextEncoder encoder = MiniLm.open(workers)) {
          reports.add(Texts.encode(folder, encoder, request.fields(), items, progress));
        }
      }
      if (request.image() != null || pictures) {
        try (ImageEncoder encoder = new Descriptor()) {
          reports.add(Images.encode(folder, encoder, items, workers, progress));
        }
      }
    }
    listMissing(folder, reports);
    return reports;
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
