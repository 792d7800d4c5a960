package dev.medley.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * A picture of few colours as PNG, the same bytes everywhere: with a palette, and stored instead of
 * compressed, since compressors differ between machines.
 */
final class FlatPng {
  private static final int MOST_COLOURS = 256;
  private static final int MOST_STORED = 0xffff; // bytes of a stored block

  private FlatPng() {}

  /** The file's bytes; colours are coarsened until a palette holds them. */
  static byte[] bytes(BufferedImage picture) throws IOException {
    int width = picture.getWidth();
    int height = picture.getHeight();
    Map<Integer, Integer> palette = new LinkedHashMap<>();
    int dropped = 2; // bits of each channel
    while (!collect(picture, mask(dropped), palette)) {
      dropped++;
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream(width * height + 1024);
    file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    DataOutputStream header = new DataOutputStream(content);
    header.writeInt(width);
    header.writeInt(height);
    header.write(new byte[] {8, 3, 0, 0, 0}); // 8 bits, palette, the usual methods, no interlace
    chunk(file, "IHDR", content);
    for (int colour : palette.keySet()) {
      content.write(colour >> 16);
      content.write(colour >> 8);
      content.write(colour);
    }
    chunk(file, "PLTE", content);
    content.write(stored(picture, mask(dropped), palette));
    chunk(file, "IDAT", content);
    chunk(file, "IEND", content);
    return file.toByteArray();
  }

  private static int mask(int dropped) {
    return 0x010101 * (0xff & -1 << dropped);
  }

  private static boolean collect(BufferedImage picture, int mask, Map<Integer, Integer> palette) {
    palette.clear();
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        palette.putIfAbsent(picture.getRGB(x, y) & mask, palette.size());
      }
    }
    return palette.size() <= MOST_COLOURS;
  }

  /** A zlib stream of the palette's numbers, line by line. */
  private static byte[] stored(BufferedImage picture, int mask, Map<Integer, Integer> palette)
      throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (int y = 0; y < picture.getHeight(); y++) {
      lines.write(0); // no filter
      for (int x = 0; x < picture.getWidth(); x++) {
        lines.write(palette.getOrDefault(picture.getRGB(x, y) & mask, 0));
      }
    }
    byte[] data = lines.toByteArray();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(stream);
    out.writeShort(0x7801);
    for (int from = 0; from < data.length; from += MOST_STORED) {
      int length = Math.min(MOST_STORED, data.length - from);
      out.writeByte(from + length == data.length ? 1 : 0);
      out.writeShort(Short.reverseBytes((short) length));
      out.writeShort(Short.reverseBytes((short) ~length));
      out.write(data, from, length);
    }
    Adler32 check = new Adler32();
    check.update(data);
    out.writeInt((int) check.getValue());
    return stream.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, ByteArrayOutputStream content)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    byte[] data = content.toByteArray();
    content.reset();
    CRC32 check = new CRC32();
    check.update(name);
    check.update(data);
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) check.getValue());
    out.flush();
  }
}
