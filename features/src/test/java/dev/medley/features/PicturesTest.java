package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
  @TempDir Path parent;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.png",
        "a/../../secret.png",
        "images/../../secret.png",
        ".",
        "a\0b",
        ".."
      })
  void aNameNeverLeadsOutOfTheFolder(String name) throws IOException {
    Shop shop = new Shop(parent.resolve("shop")).picture("a.png", Color.RED, 0);
    Files.copy(shop.folder.resolve("images/a.png"), parent.resolve("secret.png"));
    Files.copy(shop.folder.resolve("images/a.png"), shop.folder.resolve("secret.png"));
    Pictures pictures = new Pictures(shop.folder);

    assertThatThrownBy(() -> pictures.bytes(name)).isInstanceOf(Pictures.Unreadable.class);
    String absolute = parent.resolve("secret.png").toAbsolutePath().toString();
    assertThatThrownBy(() -> pictures.bytes(absolute))
        .isInstanceOf(Pictures.Unreadable.class)
        .hasMessage("the name leads out of images/");
  }

  @Test
  void aPictureIsFoundWithAndWithoutTheFolderBeforeItsName() throws Exception {
    Shop shop = new Shop(parent.resolve("shop")).picture("a.png", Color.RED, 0);
    Pictures pictures = new Pictures(shop.folder);

    assertThat(pictures.bytes("a.png")).isNotEmpty().isEqualTo(pictures.bytes("images/a.png"));
  }

  @Test
  void absurdDimensionsAreRefusedBeforeDecoding() {
    assertThatThrownBy(() -> Pictures.decode(Shop.claims(60_000, 60_000), 128))
        .isInstanceOf(Pictures.Unreadable.class)
        .hasMessage("60000 × 60000 pixels, which is more than 100 million");
    // of a size that is allowed the same bytes are read, and then found to be cut short
    assertThatThrownBy(() -> Pictures.decode(Shop.claims(60, 60), 128))
        .hasMessage("does not decode");
  }

  @Test
  void damagedBytesAreUnreadableAndNothingElse() throws Exception {
    ByteArrayOutputStream good = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "jpg", good);
    RandomStream random = new Seed(3).child("damage").stream();
    int unreadable = 0;
    for (int k = 0; k < 300; k++) {
      byte[] bytes = good.toByteArray();
      for (int change = 0; change < 8; change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(Pictures.decode(bytes, 128).getWidth()).isPositive();
      } catch (Pictures.Unreadable expected) {
        unreadable++;
      }
    }
    assertThat(unreadable).isBetween(10, 299);
    assertThatThrownBy(() -> Pictures.decode("<html>".getBytes(StandardCharsets.UTF_8), 128))
        .hasMessage("not a picture of a known format");
  }

  @Test
  void transparentPartsBecomeWhite() throws Exception {
    ByteArrayOutputStream clear = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB), "png", clear);

    assertThat(Pictures.decode(clear.toByteArray(), 128).getRGB(1, 1)).isEqualTo(0xffffffff);
  }

  @Test
  void aLongStripIsThinnedWhileItIsDecoded() throws Exception {
    ByteArrayOutputStream strip = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(200, 480_000, BufferedImage.TYPE_BYTE_BINARY), "png", strip);

    BufferedImage decoded = Pictures.decode(strip.toByteArray(), 128);
    assertThat(decoded.getWidth()).isEqualTo(50);
    assertThat(decoded.getHeight()).isEqualTo(120_000);
  }
}
