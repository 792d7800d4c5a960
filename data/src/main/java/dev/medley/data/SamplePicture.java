package dev.medley.data;

import dev.medley.core.RandomStream;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;

/**
 * The drawing of a made-up product: its outline by kind, filled with its pattern in its colour on a
 * pale ground. No letters, since fonts differ between machines.
 */
final class SamplePicture {
  /** Pixels of each side. */
  static final int SIDE = 128;

  private static final int SHADE = 10; // most that a channel differs from the colour
  private static final int[] COLOURS = {
    0xc62f2f, 0xe9822b, 0xe8c52e, 0x3f9142, 0x2bb0ad, 0x2f5dc2, 0x7b41a8, 0x3c4043
  };
  private static final Color PALE = new Color(0xfaf4e6);

  private SamplePicture() {}

  /**
   * Draws a product.
   *
   * @param random what sets it apart from others of the same looks: shade, scale, place
   */
  static BufferedImage draw(SampleProduct product, RandomStream random) {
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    int ground = 238 + random.nextInt(14);
    graphics.setColor(new Color(ground, ground, ground));
    graphics.fillRect(0, 0, SIDE, SIDE);
    graphics.translate(random.nextInt(7) - 3, random.nextInt(7) - 3);
    Color colour = shade(COLOURS[product.colour()], random);
    graphics.setColor(colour.darker().darker());
    graphics.fill(fittings(product.kind()));
    Shape outline = outline(product.kind());
    graphics.setColor(colour);
    graphics.fill(outline);
    graphics.setColor(PALE);
    Area pattern = pattern(product.pattern(), 14 + random.nextInt(5), random.nextInt(14));
    pattern.intersect(new Area(outline));
    graphics.fill(pattern);
    graphics.dispose();
    return picture;
  }

  private static Color shade(int colour, RandomStream random) {
    int[] channels = {colour >> 16 & 0xff, colour >> 8 & 0xff, colour & 0xff};
    for (int k = 0; k < channels.length; k++) {
      int other = channels[k] + random.nextInt(2 * SHADE + 1) - SHADE;
      channels[k] = Math.max(0, Math.min(255, other));
    }
    return new Color(channels[0], channels[1], channels[2]);
  }

  private static Shape outline(int kind) {
    return switch (kind) {
      case 0 -> new RoundRectangle2D.Double(16, 18, 96, 92, 30, 30); // cushion
      case 1 -> polygon(24, 44, 104, 44, 112, 118, 16, 118); // tote bag
      case 2 -> new RoundRectangle2D.Double(28, 12, 76, 104, 8, 8); // notebook
      case 3 -> polygon(42, 14, 86, 14, 112, 88, 16, 88); // lampshade
      case 4 -> new Ellipse2D.Double(14, 14, 100, 100); // coaster
      case 5 -> new Rectangle2D.Double(10, 26, 108, 76); // rug
      case 6 -> new RoundRectangle2D.Double(12, 40, 104, 64, 40, 40); // pouch
      default -> polygon(26, 18, 102, 18, 102, 92, 64, 118, 26, 92); // banner
    };
  }

  /** What belongs to a kind beside its outline: handles, a stand, fringes, a rod. */
  private static Shape fittings(int kind) {
    Area area = new Area();
    switch (kind) {
      case 1 -> {
        area.add(new Area(new RoundRectangle2D.Double(42, 14, 44, 60, 40, 40)));
        area.subtract(new Area(new RoundRectangle2D.Double(48, 20, 32, 60, 30, 30)));
      }
      case 2 -> area.add(new Area(new Rectangle2D.Double(20, 16, 12, 96)));
      case 3 -> {
        area.add(new Area(new Rectangle2D.Double(61, 88, 6, 26)));
        area.add(new Area(new Rectangle2D.Double(46, 112, 36, 6)));
      }
      case 5 -> {
        for (int y = 28; y < 102; y += 8) {
          area.add(new Area(new Rectangle2D.Double(3, y, 122, 2)));
        }
      }
      case 6 -> area.add(new Area(new Rectangle2D.Double(20, 34, 88, 8)));
      case 7 -> area.add(new Area(new Rectangle2D.Double(14, 12, 100, 7)));
      default -> {
        // a cushion and a coaster have none
      }
    }
    return area;
  }

  /**
   * The pale part of a pattern over the whole picture.
   *
   * @param period from one stripe or dot to the next, in pixels
   */
  private static Area pattern(int pattern, int period, int phase) {
    Path2D path = new Path2D.Double();
    int half = period / 2;
    for (int a = phase - 2 * SIDE; a < 2 * SIDE; a += period) {
      switch (pattern) {
        case 1 -> path.append(new Rectangle2D.Double(a, -SIDE, half, 3 * SIDE), false);
        case 2 -> path.append(new Rectangle2D.Double(-SIDE, a, 3 * SIDE, half), false);
        case 3 -> {
          for (int row = -SIDE / half; row < 2 * SIDE / half; row++) {
            int shift = row % 2 == 0 ? 0 : half;
            path.append(new Rectangle2D.Double(a + shift, row * half, half, half), false);
          }
        }
        case 4 -> {
          for (int b = phase - SIDE; b < 2 * SIDE; b += period) {
            path.append(new Ellipse2D.Double(a, b, 0.55 * period, 0.55 * period), false);
          }
        }
        case 5 ->
            path.append(
                polygon(
                    a, -8, a + half, -8, a + half + SIDE + 16, SIDE + 8, a + SIDE + 16, SIDE + 8),
                false);
        default -> {
          // plain
        }
      }
    }
    return new Area(path);
  }

  private static Path2D polygon(double... corners) {
    Path2D path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int k = 2; k < corners.length; k += 2) {
      path.lineTo(corners[k], corners[k + 1]);
    }
    path.closePath();
    return path;
  }
}
