package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.medley.formats.Npy;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code medley features} and what {@code inspect} says of its work. */
class FeaturesTest extends CommandLineTest {
  private Path shop = Path.of("");

  @BeforeEach
  void write() throws IOException {
    shop = Shops.write(folder, "shop", Shops.lines());
    Files.createDirectories(shop.resolve("images"));
    List<String> lines =
        new ArrayList<>(List.of("id\ttitle\tdescription\tbrand\tcategories\timage"));
    for (int k = 0; k < Shops.ITEMS; k++) {
      String title = k == 3 ? "" : (k % 2 == 0 ? "warm wool scarf " : "blue glass vase ") + k;
      lines.add(k + "\t" + title + "\t\t\t\t" + (k == 5 ? "lost.png" : k + ".png"));
      BufferedImage picture = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
      for (int x = 0; x < 20; x++) {
        picture.setRGB(x, k % 20, k % 2 == 0 ? 0xff0000 : 0x0000ff);
      }
      if (k != 5) {
        ImageIO.write(picture, "png", shop.resolve("images/" + k + ".png").toFile());
      }
    }
    Files.write(shop.resolve("items.tsv"), lines);
  }

  @Test
  void textsAndPicturesBecomeFeaturesOnWhichAModelTrains() throws IOException {
    JsonNode done = medley("features", shop, "--text", "tfidf", "--json").done().json();
    JsonNode text = done.path("modalities").path(0);
    assertThat(text.path("name").asText()).isEqualTo("text");
    assertThat(text.path("encoder").asText()).isEqualTo("tfidf");
    assertThat(text.path("present").asInt()).isEqualTo(Shops.ITEMS - 1);
    JsonNode missing = done.path("modalities").path(1).path("missing");
    JsonNode pictures = done.path("modalities").path(1);
    int before = pictures.path("encoded").asInt();
    assertThat(before + pictures.path("shared").asInt()).isEqualTo(Shops.ITEMS - 1);
    assertThat(missing.toString())
        .contains("\"id\":\"5\"", "\"reason\":\"lost.png: no such file in images/\"");

    JsonNode report = medley("inspect", shop, "--json").done().json();
    assertThat(report.path("texts").path("present").asInt()).isEqualTo(Shops.ITEMS - 1);
    assertThat(report.path("pictures").path("present").asInt()).isEqualTo(Shops.ITEMS - 1);
    assertThat(report.path("pictures").path("named").asInt()).isEqualTo(Shops.ITEMS);
    JsonNode image = report.path("modalities").path(0);
    assertThat(image.path("present").asInt()).isEqualTo(Shops.ITEMS - 1);
    assertThat(image.path("encoder").asText()).isEqualTo("descriptor");
    assertThat(image.path("stale").asBoolean()).isFalse();

    Outcome again =
        medley("features", shop, "--text", "none", "--image", "descriptor", "--resume").done();
    assertThat(again.out()).contains("image    descriptor", "0 different pictures encoded now");
    assertThat(again.errors())
        .containsExactly("image: %d different pictures were encoded before".formatted(before));

    Path items = shop.resolve("items.tsv");
    Files.writeString(items, Files.readString(items).replace("scarf 4", "shawl 4"));
    Path sheet = folder.resolve("sheet.png");
    Outcome stale = medley("inspect", shop, "--contact-sheet", sheet).done();
    assertThat(stale.out())
        .contains("STALE: items.tsv changed since encoding", "pictures      23 of 24 items");
    assertThat(ImageIO.read(sheet.toFile()).getWidth()).isEqualTo(8 * 132 + 4);

    train("vbpr", shop, folder.resolve("run"), "--set", "epochs=1");
    assertThat(folder.resolve("run/metrics.json")).exists();
  }

  @Test
  void itemsThatShareATextAreNotSaidToBeEncodedBefore() throws IOException {
    Path items = shop.resolve("items.tsv");
    Files.writeString(
        items, Files.readString(items).replaceAll("(wool scarf|glass vase) [0-9]+", "$1"));
    Outcome first = medley("features", shop, "--text", "tfidf", "--image", "none", "--resume");
    assertThat(first.done().out())
        .contains(
            "23 of 24 items, 2 different texts encoded now, 21 items share the text of another,");
    assertThat(first.errors()).containsExactly("text: 0 different texts were encoded before");

    medley("features", shop, "--text", "none").done();
    Files.writeString(
        items, Files.readString(items).replace("\t3.png", "\t1.png").replace("\t7.png", "\t1.png"));
    Outcome again = medley("features", shop, "--text", "none", "--resume").done();
    assertThat(again.out())
        .contains("0 different pictures encoded now, ", " items share the picture of another,");
  }

  @Test
  void aMatrixOrOtherFieldsDoNotReplaceTheEncoderThatWasChosen() throws IOException {
    medley("features", shop, "--text", "tfidf", "--image", "none").done();
    Path text = shop.resolve("text_feat.npy");
    byte[] chosen = Files.readAllBytes(text);
    Path audio = folder.resolve("audio.npy");
    Npy.write(audio, 1, 2, (row, out) -> out[0] = 1);
    Path ids = Files.writeString(folder.resolve("audio-ids.txt"), "7\n");

    medley("features", shop, "--matrix", "audio=" + audio, "--ids", ids).done();
    assertThat(text).hasBinaryContent(chosen);
    assertThat(shop.resolve("image_feat.npy")).doesNotExist();

    assertThat(medley("features", shop, "--fields", "title,categories").done().out())
        .contains("text     tfidf ", "image    descriptor ");
    assertThat(medley("features", shop, "--matrix", "audio=" + audio, "--ids", ids).done().out())
        .startsWith("audio    matrix         2 numbers, 1 of 24 items, taken from the matrix, ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--text minlim       | --text: expected one of minilm, tfidf, onnx:FILE, none, got 'minlim'; did you mean 'minilm'?",
        "--image onnx:a.onnx | --image onnx:FILE: expected --preprocess with it, got none; say resnet50, clip, siglip or a file",
        "--preprocess clip   | --preprocess: expected --image onnx:FILE with it, got no --image; leave one out or add the other",
        "--fields title,brend | --fields: expected one of title, brand, categories, description, got 'brend'; did you mean 'brand'?",
        "--matrix audio      | --matrix: expected NAME=FILE, as audio=audio.npy, got 'audio'; write it so",
        "--matrix ../x=a.npy | --matrix: expected a name of letters, digits, - and _, got '../x'; choose another",
        "--image onnx:no.onnx --preprocess clip | no.onnx: expected a model in ONNX form, got no such file; check the path"
      })
  void wrongOptionsAreRefusedInOneLineAndNothingIsWritten(String options, String message) {
    List<Object> arguments = new ArrayList<>(List.of("features", shop));
    arguments.addAll(List.of(options.strip().split(" ", -1)));
    Outcome outcome = medley(arguments.toArray());
    assertThat(outcome.status()).isEqualTo(Main.REFUSED);
    assertThat(outcome.errors()).containsExactly(message);
    assertThat(shop.resolve("text_feat.npy")).doesNotExist();
    assertThat(shop.resolve("dataset.json")).doesNotExist();
  }
}
