package dev.medley.features;

import dev.medley.data.FeatureRecord;
import dev.medley.data.FeatureRecords;
import dev.medley.data.ItemLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the features of a folder fit what they were made from.
 *
 * @param items lines of items.tsv
 * @param texts how many have a text
 * @param namedPictures how many name a picture
 * @param pictures for how many of those the file is there
 * @param encodings how each recorded modality was made
 */
public record FeatureAudit(
    int items, int texts, int namedPictures, int pictures, List<Encoding> encodings) {

  /**
   * How a modality was made.
   *
   * @param stale why it is no longer what its encoder would give; empty where it is
   */
  public record Encoding(String modality, String encoder, String version, String stale) {}

  /** Takes a copy. */
  public FeatureAudit {
    encodings = List.copyOf(encodings);
  }

  /**
   * Reads texts and pictures again and compares their hashes with those in {@code dataset.json}.
   * Matrices that were brought are compared with their own file's hash alone.
   *
   * @throws dev.medley.core.InvalidInputException if a file is not as it should be
   */
  public static FeatureAudit of(Path folder) throws IOException {
    List<FeatureRecord> records = List.copyOf(FeatureRecords.read(folder).values());
    if (!Files.isRegularFile(folder.resolve("items.tsv"))) {
      return new FeatureAudit(0, 0, 0, 0, encodings(folder, records, List.of()));
    }
    List<InputHash> now = new ArrayList<>();
    records.forEach(record -> now.add(new InputHash()));
    boolean images = records.stream().anyMatch(FeatureAudit::ofImages);
    Pictures pictures = new Pictures(folder);
    int items = 0;
    int texts = 0;
    int named = 0;
    int there = 0;
    try (ItemLines lines = ItemLines.open(folder)) {
      while (lines.next()) {
        items++;
        texts += TextField.sentence(lines.description(), TextField.ALL).isEmpty() ? 0 : 1;
        String image = lines.description().image();
        named += image.isEmpty() ? 0 : 1;
        String pictureHash = image.isEmpty() ? "" : hash(pictures, image, images);
        there += pictureHash.isEmpty() ? 0 : 1;
        for (int k = 0; k < now.size(); k++) {
          FeatureRecord record = records.get(k);
          if (ofImages(record)) {
            now.get(k).add(lines.id(), pictureHash);
          } else if (ofTexts(record)) {
            List<TextField> fields =
                TextField.ofLabels(record.settings().getOrDefault(Texts.FIELDS, ""));
            String sentence = TextField.sentence(lines.description(), fields);
            now.get(k).add(lines.id(), sentence.isEmpty() ? "" : Texts.sentenceHash(sentence));
          }
        }
      }
    }
    return new FeatureAudit(items, texts, named, there, encodings(folder, records, now));
  }

  private static List<Encoding> encodings(
      Path folder, List<FeatureRecord> records, List<InputHash> now) throws IOException {
    List<Encoding> encodings = new ArrayList<>();
    for (int k = 0; k < records.size(); k++) {
      FeatureRecord record = records.get(k);
      String stale = "";
      if (!FeatureRecords.isAsRecorded(folder, record.modality())) {
        stale = "the feature file is not the one that was written";
      } else if ((ofImages(record) || ofTexts(record))
          && (now.isEmpty() || !now.get(k).hex().equals(record.inputSha256()))) {
        stale =
            (ofTexts(record) ? "items.tsv" : "items.tsv or images/") + " changed since encoding";
      }
      encodings.add(new Encoding(record.modality(), record.encoder(), record.version(), stale));
    }
    return encodings;
  }

  private static boolean ofImages(FeatureRecord record) {
    return record.modality().equals(Images.MODALITY)
        && !record.encoder().equals(MatrixRows.ENCODER);
  }

  private static boolean ofTexts(FeatureRecord record) {
    return record.modality().equals(Texts.MODALITY) && !record.encoder().equals(MatrixRows.ENCODER);
  }

  /** A picture's hash, or where none is asked for whether its file is there; empty where not. */
  private static String hash(Pictures pictures, String name, boolean asked) {
    try {
      if (!asked) {
        return Files.isRegularFile(pictures.file(name)) ? "there" : "";
      }
      return Images.hash(pictures.bytes(name));
    } catch (Pictures.Unreadable none) {
      return "";
    }
  }
}
