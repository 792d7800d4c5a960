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
    int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
    Map<Integer, Integer> palette = new LinkedHashMap<>();
    int dropped = 2; // bits of each channel
    while (!collect(pixels, mask(dropped), palette)) {
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
    content.write(stored(pixels, width, mask(dropped), palette));
    chunk(file, "IDAT", content);
    chunk(file, "IEND", content);
    return file.toByteArray();
  }

  private static int mask(int dropped) {
    return 0x010101 * (0xff & -1 << dropped);
  }

  private static boolean collect(int[] pixels, int mask, Map<Integer, Integer> palette) {
    palette.clear();
    int last = -1; // no colour under a mask
    for (int pixel : pixels) {
      if ((pixel & mask) != last) { // neighbours are mostly alike
        last = pixel & mask;
        palette.putIfAbsent(last, palette.size());
      }
    }
    return palette.size() <= MOST_COLOURS;
  }

  /** A zlib stream of the palette's numbers, line by line. */
  private static byte[] stored(int[] pixels, int width, int mask, Map<Integer, Integer> palette)
      throws IOException {
    byte[] data = new byte[pixels.length + pixels.length / width]; // 0 before a line: no filter
    int last = -1; // no colour under a mask
    byte number = 0;
    for (int k = 0; k < pixels.length; k++) {
      if ((pixels[k] & mask) != last) {
        last = pixels[k] & mask;
        number = palette.getOrDefault(last, 0).byteValue();
      }
      data[k + k / width + 1] = number;
    }
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
