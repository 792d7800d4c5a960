package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.Sha256;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodersTest {
  static final String TOKENIZER =
      """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
       "normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"Whitespace"},
       "post_processor":null,"decoder":null,
       "model":{"type":"WordLevel","vocab":{"[UNK]":0,"red":1,"blue":2},"unk_token":"[UNK]"}}
      """;

  @TempDir Path folder;

  /** Values as the model's card prints them for its two example sentences. */
  @Test
  void miniLmGivesThePublishedNumbers() throws IOException {
    try (Workers workers = new Workers(2);
        TextEncoder encoder = MiniLm.open(workers)) {
      String longer = "The quick brown fox jumps over the lazy dog. ".repeat(80);
      float[][] rows =
          encoder.encode(
              List.of("This is an example sentence", longer, "Each sentence is converted"));

      assertThat(encoder.dimension()).isEqualTo(384);
      assertThat(new float[] {rows[0][0], rows[0][1], rows[0][2], rows[0][3]})
          .containsExactly(new float[] {0.0676f, 0.0635f, 0.0487f, 0.0793f}, within(2e-4f));
      assertThat(new float[] {rows[2][0], rows[2][1], rows[2][2]})
          .containsExactly(new float[] {0.0864f, 0.1027f, 0.0054f}, within(2e-4f));
      assertThat(dot(rows[1], rows[1])).isEqualTo(1, within(1e-5));
      float[] alone = encoder.encode(List.of("Each sentence is converted"))[0];
      assertThat(dot(alone, rows[2])).isEqualTo(1, within(1e-5));
    }
  }

  @Test
  void sentenceTransformerFromAFileTakesTheMeanOverTokens() throws IOException {
    Path model = folder.resolve("model.onnx");
    OnnxFile.embeddings(model, new float[][] {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}});
    assertThatThrownBy(() -> opened(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "tokenizer.json: expected the model's tokenizer beside the ONNX file");
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    try (Workers workers = new Workers(2);
        TextEncoder encoder = SentenceTransformer.open(model, workers)) {
      float[][] rows = encoder.encode(List.of("Red blue red blue red red", "blue", "what"));

      float length = (float) Math.sqrt(4 * 4 + 2 * 2);
      assertThat(rows[0]).containsExactly(new float[] {4 / length, 2 / length, 0}, within(1e-6f));
      assertThat(rows[1]).containsExactly(0, 1, 0);
      assertThat(rows[2]).containsExactly(0, 0, 1);
    }
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(
        folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_cls_token\": true}");
    try (Workers workers = new Workers(1);
        TextEncoder encoder = SentenceTransformer.open(model, workers)) {
      assertThat(encoder.encode(List.of("blue red red"))[0]).containsExactly(0, 1, 0);
    }
  }

  private static void opened(Path model) throws IOException {
    try (Workers workers = new Workers(1)) {
      SentenceTransformer.open(model, workers).close();
    }
  }

  @Test
  void networkSeesThePictureAsDeclared() throws IOException {
    Path model = folder.resolve("means.onnx");
    OnnxFile.channelMeans(model);
    Path declared = folder.resolve("declared.yaml");
    Files.writeString(
        declared, "size: 20\ncrop: 10\nmean: [0.1, 0.2, 0.3]\nstd: [0.5, 0.25, 1]\nlayer: means\n");
    BufferedImage picture = new BufferedImage(40, 80, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(new Color(51, 102, 255)); // the middle; the crop cuts the rest away
    graphics.fillRect(0, 20, 40, 40);
    graphics.dispose();
    try (OnnxImage encoder = OnnxImage.open(model, declared.toString())) {
      assertThat(encoder.dimension()).isEqualTo(3);
      assertThat(encoder.encode(picture))
          .containsExactly(
              new float[] {(0.2f - 0.1f) / 0.5f, (0.4f - 0.2f) / 0.25f, 1 - 0.3f}, within(1e-5f));
    }
    Files.writeString(declared, "{\"size\": 20, \"layer\": \"pool5\"}");
    assertThatThrownBy(() -> OnnxImage.open(model, declared.toString()))
        .hasMessageContaining("expected an output 'pool5', which 'layer' names, got only means");
    Files.writeString(declared, "size: 20\nstd: [1, 0, 1]\n");
    assertThatThrownBy(() -> OnnxImage.open(model, declared.toString()))
        .hasMessageContaining("key std: expected three numbers above 0, got [1,0,1]");
    assertThatThrownBy(() -> OnnxImage.open(declared, "clip"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a model in ONNX form");
    assertThat(Preprocessing.of("siglip").resize()).isZero();
  }

  @Test
  void descriptorTellsColoursAndPatternsApart() throws Exception {
    Shop shop = new Shop(folder.resolve("shop"));
    shop.picture("a.png", new Color(200, 30, 30), 3).picture("b.png", new Color(190, 40, 35), 3);
    shop.picture("c.png", new Color(30, 30, 200), 3).picture("d.png", new Color(200, 30, 30), 0);
    Pictures pictures = new Pictures(shop.folder);
    try (Descriptor descriptor = new Descriptor()) {
      float[][] rows = new float[4][];
      for (int k = 0; k < 4; k++) {
        rows[k] =
            descriptor.encode(Pictures.decode(pictures.bytes("abcd".charAt(k) + ".png"), 128));
      }
      assertThat(dot(rows[0], rows[0])).isEqualTo(1, within(1e-5));
      assertThat(dot(rows[0], rows[1])).isGreaterThan(0.9); // another shade
      assertThat(dot(rows[0], rows[2])).isLessThan(0.8); // another colour
      assertThat(dot(rows[0], rows[3])).isLessThan(0.9); // another pattern
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (double) a[k] * b[k];
    }
    return sum;
  }

  @Test
  void weightsBesideAModelTellItFromOthers() throws IOException {
    Path model = Files.writeString(folder.resolve("model.onnx"), "graph");
    Files.writeString(folder.resolve("notes.txt"), "nothing");
    assertThat(Onnx.version(model)).isEqualTo(Sha256.ofFile(model));
    Set<String> versions = new HashSet<>(Set.of(Onnx.version(model)));
    for (String name :
        List.of("model.onnx_data", "model.onnx.data", "w.data", "model.onnx_data_1")) {
      Files.writeString(folder.resolve(name), "weights");
      versions.add(Onnx.version(model));
    }
    Files.writeString(folder.resolve("model.onnx_data"), "Weights");
    versions.add(Onnx.version(model));
    assertThat(versions).hasSize(6);
  }
}
