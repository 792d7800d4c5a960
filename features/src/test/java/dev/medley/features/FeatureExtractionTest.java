package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetFolder;
import dev.medley.data.FeatureRecord;
import dev.medley.data.FeatureRecords;
import dev.medley.data.Inspection;
import dev.medley.data.ReadOptions;
import dev.medley.formats.Npy;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureExtractionTest {
  private static final FeatureRequest LIGHT =
      new FeatureRequest(
          new FeatureRequest.Text.TfIdf(),
          new FeatureRequest.Image.Descriptor(),
          List.of(),
          TextField.ALL,
          2);

  @TempDir Path parent;
  private Shop shop;

  @BeforeEach
  void open() throws IOException {
    shop =
        new Shop(parent.resolve("shop"))
            .item("a", "red wool scarf", "a.png")
            .item("b", "red wool hat", "b.png")
            .item("c", "blue glass vase", "broken.png")
            .item("d", "blue glass bowl", "../outside.png")
            .item("e", "", "c.png")
            .item("f", "glass hat", "")
            .write()
            .picture("a.png", Color.RED, 2)
            .picture("b.png", Color.RED, 0)
            .picture("c.png", Color.BLUE, 0);
    Files.writeString(shop.folder.resolve("images/broken.png"), "not a picture");
    Files.copy(shop.folder.resolve("images/a.png"), shop.folder.resolve("outside.png"));
  }

  @Test
  void itemsWithoutAnInputAreMissingCountedAndListed() throws IOException {
    List<FeatureReport> reports = run(LIGHT);

    assertThat(reports).extracting(FeatureReport::modality).containsExactly("text", "image");
    assertThat(reports).extracting(FeatureReport::present).containsExactly(5, 3);
    assertThat(shop.folder.resolve(FeatureExtraction.MISSING))
        .hasContent(
            """
            modality	id	reason
            text	e	no text in title,brand,categories,description
            image	c	broken.png: not a picture of a known format
            image	d	../outside.png: the name leads out of images/
            image	f	no picture in the dataset
            """);
    Dataset dataset = DatasetFolder.read(shop.folder);
    assertThat(dataset.warnings())
        .containsExactlyInAnyOrder(
            "image: missing for 3 of 6 items", "text: missing for 1 of 6 items");
    FeatureMatrix image = dataset.features().get(0);
    assertThat(image.isPresent(dataset.items().indexOf("b"))).isTrue();
    assertThat(image.isPresent(dataset.items().indexOf("d"))).isFalse();
    float[] first = new float[image.dimension()];
    Npy.read(shop.folder.resolve("image_feat.npy")).copyRow(3, first, 0);
    assertThat(first).containsOnly(Float.NaN);
  }

  @Test
  void onlyWhatChangedIsEncodedAgainAndInspectionTellsItIsStale() throws IOException {
    run(LIGHT);
    byte[] before = Files.readAllBytes(shop.folder.resolve("image_feat.npy"));
    assertThat(FeatureAudit.of(shop.folder).encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("", "");
    assertThat(run(LIGHT).get(1).encoded()).isZero();
    assertThat(shop.folder.resolve("image_feat.npy")).hasBinaryContent(before);

    shop.picture("b.png", Color.GREEN, 3);
    FeatureAudit audit = FeatureAudit.of(shop.folder);
    assertThat(audit.encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("items.tsv or images/ changed since encoding", "");
    assertThat(audit.pictures()).isEqualTo(4);
    assertThat(audit.namedPictures()).isEqualTo(5);
    assertThat(audit.texts()).isEqualTo(5);
    assertThat(run(LIGHT).get(1).encoded()).isEqualTo(1);
    assertThat(FeatureAudit.of(shop.folder).encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("", "");

    Path items = shop.folder.resolve("items.tsv");
    Files.writeString(items, Files.readString(items).replace("glass hat", "straw hat"));
    assertThat(FeatureAudit.of(shop.folder).encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("", "items.tsv changed since encoding");
  }

  @Test
  void featuresThatWereMadeElsewhereAreLeftAloneUnlessAskedFor() throws IOException {
    Path image = shop.folder.resolve("image_feat.npy");
    Npy.write(image, 6, 2, (row, out) -> out[row % 2] = 1);
    byte[] before = Files.readAllBytes(image);
    run(new FeatureRequest(new FeatureRequest.Text.TfIdf(), null, List.of(), TextField.ALL, 1));
    assertThat(image).hasBinaryContent(before);
    run(LIGHT);
    assertThat(Npy.read(image).columns()).isGreaterThan(2);
  }

  private static FeatureRequest unsaid(FeatureRequest.Matrix... matrices) {
    return new FeatureRequest(null, null, List.of(matrices), null, 2);
  }

  private FeatureRequest.Matrix audio(String modality) throws IOException {
    Path matrix = parent.resolve(modality + ".npy");
    Npy.write(matrix, 1, 2, (row, out) -> out[0] = 1);
    Path ids = parent.resolve("ids.txt");
    Files.writeString(ids, "a\n");
    return new FeatureRequest.Matrix(modality, matrix, ids);
  }

  @Test
  void withoutAnEncoderTheRecordedOneEncodesAgainFromItsFields() throws IOException {
    List<TextField> titles = List.of(TextField.TITLE);
    run(
        new FeatureRequest(
            new FeatureRequest.Text.TfIdf(),
            new FeatureRequest.Image.None(),
            List.of(),
            titles,
            2));
    Path items = shop.folder.resolve("items.tsv");
    Files.writeString(items, Files.readString(items).replace("glass hat", "wool hat"));

    run(unsaid());
    assertThat(FeatureRecords.read(shop.folder).get("text"))
        .returns("tfidf", FeatureRecord::encoder)
        .returns("title", record -> record.settings().get("fields"));
    assertThat(FeatureAudit.of(shop.folder).encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("", "");

    List<TextField> more = List.of(TextField.TITLE, TextField.BRAND);
    run(new FeatureRequest(null, null, List.of(), more, 2));
    assertThat(FeatureRecords.read(shop.folder).get("text"))
        .returns("tfidf", FeatureRecord::encoder)
        .returns("title,brand", record -> record.settings().get("fields"));
  }

  @Test
  void matrixAloneLeavesTextsAndPicturesAsTheyAre() throws IOException {
    assertThat(run(unsaid(audio("audio")))).hasSize(1);
    assertThat(shop.folder.resolve("text_feat.npy")).doesNotExist();
    assertThat(shop.folder.resolve("image_feat.npy")).doesNotExist();
  }

  @Test
  void aModelOfUnknownPathGivesTheRowsThatItHasGivenAndNoOthers() throws IOException {
    Path model = parent.resolve("model.onnx");
    OnnxFile.embeddings(model, new float[][] {{0, 1}, {1, 1}, {1, 0}});
    Files.writeString(parent.resolve("tokenizer.json"), EncodersTest.TOKENIZER);
    FeatureRequest.Text onnx = new FeatureRequest.Text.Onnx(model);
    run(new FeatureRequest(onnx, new FeatureRequest.Image.None(), List.of(), null, 2));
    Path text = shop.folder.resolve("text_feat.npy");
    byte[] before = Files.readAllBytes(text);
    Files.delete(model);

    assertThat(run(unsaid()).get(0)).returns("onnx", FeatureReport::encoder);
    assertThat(text).hasBinaryContent(before);
    Path items = shop.folder.resolve("items.tsv");
    Files.writeString(items, Files.readString(items).replace("glass hat", "straw hat"));
    assertThatThrownBy(() -> run(unsaid()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "text: expected nothing to encode that onnx, of which dataset.json does not keep the path, has not encoded before, got something; say --text onnx:FILE, another encoder, or none to leave text_feat.npy as it is");
    assertThat(text).hasBinaryContent(before);
  }

  @Test
  void aTextFileOfSomethingElseIsLeftAloneAndFieldsForItAreRefused() throws IOException {
    Path text = shop.folder.resolve("text_feat.npy");
    run(unsaid(audio("text")));
    byte[] matrix = Files.readAllBytes(text);
    run(unsaid());
    assertThat(text).hasBinaryContent(matrix);

    run(LIGHT);
    Npy.write(text, 6, 2, (row, out) -> out[row % 2] = 1); // no longer as recorded
    byte[] own = Files.readAllBytes(text);
    run(unsaid());
    assertThat(text).hasBinaryContent(own);
    assertThatThrownBy(() -> run(new FeatureRequest(null, null, List.of(), TextField.ALL, 2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--fields: expected --text with it where %s was made by something else, got none; say the encoder that shall replace it, or leave --fields out"
                .formatted(text));
  }

  @Test
  void matricesAreTakenByTheirIds() throws IOException {
    Path audio = parent.resolve("audio.npy");
    Npy.write(audio, 3, 2, (row, out) -> out[0] = row + 1);
    Path ids = parent.resolve("ids.txt");
    Files.writeString(ids, "d\nzzz\na\n");
    ByteBuffer record = ByteBuffer.allocate(10 + 4 * 4096).order(ByteOrder.LITTLE_ENDIAN);
    record.put("b\0\0\0      ".getBytes(StandardCharsets.US_ASCII)).putFloat(7);
    Path deep = parent.resolve("deep.b");
    Files.write(deep, record.array());
    List<FeatureReport> reports =
        run(
            new FeatureRequest(
                new FeatureRequest.Text.None(),
                new FeatureRequest.Image.None(),
                List.of(
                    new FeatureRequest.Matrix("audio", audio, ids),
                    new FeatureRequest.Matrix("deep", deep, null)),
                TextField.ALL,
                1));

    assertThat(reports).extracting(FeatureReport::present).containsExactly(2, 1);
    Dataset dataset = DatasetFolder.read(shop.folder);
    float[] row = new float[2];
    dataset.features().get(0).copyRow(dataset.items().indexOf("a"), row, 0);
    assertThat(row).containsExactly(3, 0);
    float[] wide = new float[4096];
    dataset.features().get(1).copyRow(dataset.items().indexOf("b"), wide, 0);
    assertThat(wide[0]).isEqualTo(7);

    Files.writeString(ids, "d\na\n");
    assertThatThrownBy(
            () ->
                run(
                    new FeatureRequest(
                        null,
                        null,
                        List.of(new FeatureRequest.Matrix("audio", audio, ids)),
                        TextField.ALL,
                        1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected 3 ids, one for each row of");
    assertThat(shop.folder.resolve("text_feat.npy")).doesNotExist();
  }

  @Test
  void itemsOfTheSameFeaturesUnderOtherIdsAreNamed() throws IOException {
    Shop twins =
        new Shop(parent.resolve("twins"))
            .item("a", "red wool scarf", "a.png")
            .item("b", "red wool hat", "a.png")
            .item("c", "red wool hat", "a.png")
            .item("d", "blue wool hat", "a.png")
            .write()
            .picture("a.png", Color.RED, 2);
    FeatureExtraction.run(twins.folder, LIGHT, FeatureProgress.NONE);

    assertThat(Inspection.of(twins.folder, ReadOptions.DEFAULT).nearDuplicates())
        .containsExactly(List.of("b", "c"));
  }

  @Test
  void contactSheetShowsThePicturesThatDecode() throws IOException {
    Path sheet = parent.resolve("sheet.png");
    assertThat(ContactSheet.write(shop.folder, sheet)).containsExactly("a", "b", "e");
    assertThat(ImageIO.read(sheet.toFile()).getWidth()).isEqualTo(3 * 132 + 4);
  }

  @Test
  void aFolderWithoutItemsIsRefusedInOneSentence() throws IOException {
    Files.delete(shop.folder.resolve("items.tsv"));
    assertThatThrownBy(() -> run(LIGHT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("items.tsv: expected the items' texts and pictures in this file");
  }

  private List<FeatureReport> run(FeatureRequest request) throws IOException {
    return FeatureExtraction.run(shop.folder, request, FeatureProgress.NONE);
  }

  @Test
  void textsWhoseRowsAreNotFiniteAreMissingAndNotKept() throws IOException {
    Path model = parent.resolve("model.onnx");
    OnnxFile.embeddings(model, new float[][] {{0, 1}, {Float.NaN, 0}, {1, 0}});
    Files.writeString(parent.resolve("tokenizer.json"), EncodersTest.TOKENIZER);
    FeatureRequest request =
        new FeatureRequest(
            new FeatureRequest.Text.Onnx(model),
            new FeatureRequest.Image.None(),
            List.of(),
            TextField.ALL,
            2);
    for (int time = 0; time < 2; time++) {
      FeatureReport report = run(request).get(0);
      assertThat(report.present()).isEqualTo(3);
      assertThat(report.encoded()).isEqualTo(time == 0 ? 3 : 0);
    }

    assertThat(shop.folder.resolve(FeatureExtraction.MISSING))
        .hasContent(
            """
            modality	id	reason
            text	a	the encoder gives numbers that are not finite
            text	b	the encoder gives numbers that are not finite
            text	e	no text in title,brand,categories,description
            """);
    assertThat(FeatureAudit.of(shop.folder).encodings())
        .extracting(FeatureAudit.Encoding::stale)
        .containsExactly("");
  }

  @Test
  void aFailureIsThrownWhenNoThreadIsAtWorkAnyMore() throws IOException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicBoolean later = new AtomicBoolean();
    try (Workers workers = new Workers(2)) {
      List<Runnable> work =
          List.of(
              () -> {
                while (begun.getCount() > 0) {
                  Thread.onSpinWait();
                }
                throw new UncheckedIOException(new IOException("full"));
              },
              () -> {
                begun.countDown();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                ended.set(true);
              },
              () -> later.set(true));
      assertThatThrownBy(() -> workers.all(work)).isInstanceOf(UncheckedIOException.class);
      assertThat(ended).isTrue();
      assertThat(later).isFalse();
    }
  }
}
