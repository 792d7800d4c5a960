package dev.medley.features;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** A small dataset folder with texts and pictures. */
final class Shop {
  final Path folder;
  private final List<String> lines =
      new ArrayList<>(List.of("id\ttitle\tdescription\tbrand\tcategories\timage"));

  /** Items get a line each, and an interaction in training, validation and test. */
  Shop(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("images"));
  }

  Shop item(String id, String title, String image) {
    lines.add(id + "\t" + title + "\t\t\t\t" + image);
    return this;
  }

  Shop write() throws IOException {
    Files.write(folder.resolve("items.tsv"), lines);
    List<String> pairs = new ArrayList<>(List.of("userID\titemID\tx_label"));
    for (int k = 1; k < lines.size(); k++) {
      pairs.add("u" + k % 2 + "\t" + lines.get(k).split("\t", -1)[0] + "\t" + (k < 4 ? 0 : k % 3));
    }
    Files.write(folder.resolve("shop.inter"), pairs);
    return this;
  }

  /** A picture of one colour with stripes of white, or plain for 0. */
  Shop picture(String name, Color colour, int stripes) throws IOException {
    BufferedImage picture = new BufferedImage(60, 60, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(0, 0, 60, 60);
    graphics.setColor(Color.WHITE);
    for (int k = 0; k < stripes; k++) {
      graphics.fillRect(60 * k / stripes, 0, 30 / stripes, 60);
    }
    graphics.dispose();
    ImageIO.write(picture, "png", folder.resolve("images").resolve(name).toFile());
    return this;
  }

  /** A PNG whose header claims this size and which holds nothing. */
  static byte[] claims(int width, int height) {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put(new byte[] {'I', 'H', 'D', 'R'}).putInt(width).putInt(height);
    header.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 check = new CRC32();
    check.update(header.array());
    ByteBuffer file = ByteBuffer.allocate(33);
    file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    return file.putInt(13).put(header.array()).putInt((int) check.getValue()).array();
  }
}
