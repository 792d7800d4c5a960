package dev.medley.features;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The pictures of a dataset folder, read with distrust: a name never leads out of {@code images/},
 * and a picture's size is looked at before it is decoded.
 */
final class Pictures {
  /** Of a file. */
  static final long MOST_BYTES = 64L << 20;

  /** Of a picture, in pixels: more than a camera makes. */
  static final long MOST_PIXELS = 100_000_000;

  /** Of a picture as it is decoded, in pixels: one that is larger is thinned. */
  static final long MOST_DECODED = 8_000_000;

  private static final String FOLDER = "images";

  /** Why there is no picture; the message is for people. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String reason) {
      super(reason);
    }
  }

  private final Path images;

  Pictures(Path dataset) {
    images = dataset.resolve(FOLDER).toAbsolutePath().normalize();
  }

  /**
   * A picture's file.
   *
   * @param name what items.tsv says, relative to {@code images/}; {@code images/} before it is
   *     passed over
   */
  Path file(String name) throws Unreadable {
    Path file;
    try {
      file = images.resolve(name).normalize();
      if (name.startsWith(FOLDER + "/") && !Files.exists(file)) {
        file = images.resolve(name.substring(FOLDER.length() + 1)).normalize();
      }
    } catch (InvalidPathException noName) {
      throw new Unreadable("no file can be named so");
    }
    if (Path.of(name).isAbsolute() || !file.startsWith(images) || file.equals(images)) {
      throw new Unreadable("the name leads out of images/");
    }
    return file;
  }

  /** The bytes of a picture's file. */
  byte[] bytes(String name) throws Unreadable {
    Path file = file(name);
    try {
      if (!Files.isRegularFile(file)) {
        throw new Unreadable("no such file in images/");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new Unreadable("larger than " + (MOST_BYTES >> 20) + " MiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new Unreadable("cannot be read");
    }
  }

  /**
   * Decodes a picture; transparent parts become white.
   *
   * @param side a picture with both sides at least twice this is thinned while it is decoded, and
   *     so is one of more than {@link #MOST_DECODED} pixels, as of a long strip
   * @throws Unreadable if it is no picture, is damaged, or is too large
   */
  static BufferedImage decode(byte[] bytes, int side) throws Unreadable {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new Unreadable("not a picture of a known format");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return opaque(decode(reader, side));
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException damaged) { // a reader throws anything on damaged bytes
      throw new Unreadable("does not decode");
    } catch (OutOfMemoryError tooLarge) { // of a format that keeps whole rows or tiles
      throw new Unreadable("takes more memory to decode than there is");
    }
  }

  private static BufferedImage decode(ImageReader reader, int side) throws IOException, Unreadable {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
      throw new Unreadable(
          "%d × %d pixels, which is more than %d million"
              .formatted(width, height, MOST_PIXELS / 1_000_000));
    }
    ImageReadParam parameters = reader.getDefaultReadParam();
    int step = Math.max(1, Math.min(width, height) / (2 * side));
    while (thinned(width, step) * thinned(height, step) > MOST_DECODED) {
      step++;
    }
    parameters.setSourceSubsampling(step, step, 0, 0);
    return reader.read(0, parameters);
  }

  private static long thinned(int side, int step) {
    return (side + step - 1L) / step;
  }

  private static BufferedImage opaque(BufferedImage picture) {
    if (picture.getType() == BufferedImage.TYPE_INT_RGB
        || picture.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      return picture;
    }
    BufferedImage opaque =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = opaque.createGraphics();
    graphics.drawImage(picture, 0, 0, Color.WHITE, null);
    graphics.dispose();
    return opaque;
  }
}
