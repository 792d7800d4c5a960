package dev.medley.features;

import boofcv.alg.color.ColorLab;
import boofcv.alg.feature.color.GHistogramFeatureOps;
import boofcv.alg.feature.color.Histogram_F64;
import boofcv.alg.feature.dense.DescribeDenseHogFastAlg;
import boofcv.concurrency.BoofConcurrency;
import boofcv.struct.image.GrayF32;
import boofcv.struct.image.ImageType;
import boofcv.struct.image.Planar;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * A picture without any learned weights: which colours it has, in the whole and in its middle, and
 * which way its edges run, in the whole, in quarters and in sixteenths.
 *
 * <p>Colours are joint histograms of L*, a* and b*, smoothed so that a slightly other shade is a
 * slightly other row. Edges are histograms of unsigned gradient orientation weighted by magnitude.
 * Of each histogram the square roots are taken, so that the inner product of two compares them as
 * distributions. The row has length 1.
 */
final class Descriptor implements ImageEncoder {
  /** As on the command line. */
  static final String NAME = "descriptor";

  private static final int SIDE = 128; // pixels that a picture is brought to
  private static final int LIGHT = 4; // bins of L*
  private static final int CHROMA = 7; // bins of a* and of b*, so that grey is in the middle of one
  private static final float MOST_CHROMA = 87.5f;
  private static final int COLOURS = LIGHT * CHROMA * CHROMA;
  private static final int CELLS = 4; // cells of the finest level along a side
  private static final int ORIENTATIONS = 9;
  private static final int EDGES = ORIENTATIONS * (1 + 4 + 16);
  private static final int DIMENSION = 2 * COLOURS + EDGES;
  private static final float COLOUR_WEIGHT = 0.6f;
  private static final float EDGE_WEIGHT = 0.5f;
  private static final double FAINT = 2; // mean magnitude, in grey levels, that counts as half

  private final ThreadLocal<Working> working = ThreadLocal.withInitial(Working::new);

  static {
    BoofConcurrency.USE_CONCURRENT = false; // pictures are shared out among threads, not lines
  }

  @Override
  public EncoderIdentity identity() {
    return new EncoderIdentity(NAME, "1", new TreeMap<>());
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int side() {
    return SIDE;
  }

  @Override
  public float[] encode(BufferedImage picture) {
    return working.get().encode(picture);
  }

  @Override
  public void close() {
    working.remove();
  }

  /** What one thread works in. */
  private static final class Working {
    private final BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    private final int[] pixels = new int[SIDE * SIDE];
    private final Planar<GrayF32> rgb = new Planar<>(GrayF32.class, SIDE, SIDE, 3);
    private final Planar<GrayF32> lab = new Planar<>(GrayF32.class, SIDE, SIDE, 3);
    private final GrayF32 grey = new GrayF32(SIDE, SIDE);
    private final DescribeDenseHogFastAlg<GrayF32> gradients =
        new DescribeDenseHogFastAlg<>(
            ORIENTATIONS, SIDE / CELLS, 1, 1, 1, ImageType.single(GrayF32.class));
    private final Histogram_F64 colours = new Histogram_F64(LIGHT, CHROMA, CHROMA);

    Working() {
      colours.setRange(0, 0, 100);
      colours.setRange(1, -MOST_CHROMA, MOST_CHROMA);
      colours.setRange(2, -MOST_CHROMA, MOST_CHROMA);
    }

    float[] encode(BufferedImage picture) {
      Graphics2D graphics = small.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(picture, 0, 0, SIDE, SIDE, null);
      graphics.dispose();
      small.getRGB(0, 0, SIDE, SIDE, pixels, 0, SIDE);
      for (int k = 0; k < pixels.length; k++) {
        int red = pixels[k] >> 16 & 0xff;
        int green = pixels[k] >> 8 & 0xff;
        int blue = pixels[k] & 0xff;
        rgb.getBand(0).data[k] = red;
        rgb.getBand(1).data[k] = green;
        rgb.getBand(2).data[k] = blue;
        grey.data[k] = 0.299f * red + 0.587f * green + 0.114f * blue;
      }
      float[] row = new float[DIMENSION];
      ColorLab.rgbToLab(rgb, lab);
      keep(lab.getBand(0).data, 0, 99.99f);
      keep(lab.getBand(1).data, -MOST_CHROMA, MOST_CHROMA - 0.01f);
      keep(lab.getBand(2).data, -MOST_CHROMA, MOST_CHROMA - 0.01f);
      colours(lab, row, 0);
      int quarter = SIDE / 4;
      colours(lab.subimage(quarter, quarter, SIDE - quarter, SIDE - quarter, null), row, COLOURS);
      edges(row, 2 * COLOURS);
      normalize(row, 0, row.length, 1);
      return row;
    }

    private void colours(Planar<GrayF32> part, float[] row, int from) {
      GHistogramFeatureOps.histogram(part, colours);
      double[] bins = colours.data;
      bins = smooth(bins, CHROMA * CHROMA, LIGHT);
      bins = smooth(bins, CHROMA, CHROMA);
      bins = smooth(bins, 1, CHROMA);
      for (int k = 0; k < COLOURS; k++) {
        row[from + k] = (float) Math.sqrt(bins[k]);
      }
      normalize(row, from, COLOURS, COLOUR_WEIGHT);
    }

    private void edges(float[] row, int from) {
      gradients.setInput(grey);
      gradients.process();
      int at = from;
      double total = 0;
      for (int across = 1; across <= CELLS; across *= 2) {
        int length = across * across * ORIENTATIONS;
        for (int y = 0; y < CELLS; y++) {
          for (int x = 0; x < CELLS; x++) {
            int part = (y * across / CELLS * across + x * across / CELLS) * ORIENTATIONS;
            float[] cell = gradients.getCell(y, x).histogram;
            for (int k = 0; k < ORIENTATIONS; k++) {
              row[at + part + k] += cell[k];
            }
          }
        }
        if (across == 1) {
          for (int k = 0; k < length; k++) {
            total += row[at + k];
          }
        }
        for (int k = 0; k < length; k++) {
          row[at + k] = (float) Math.sqrt(row[at + k]);
        }
        double mean = total / (SIDE * SIDE);
        normalize(row, at, length, (float) (EDGE_WEIGHT * mean / (mean + FAINT)));
        at += length;
      }
    }
  }

  private static void keep(float[] values, float least, float most) {
    for (int k = 0; k < values.length; k++) {
      values[k] = Math.max(least, Math.min(most, values[k]));
    }
  }

  /** Each bin takes a quarter of its neighbours' along one dimension of a histogram. */
  private static double[] smooth(double[] bins, int stride, int count) {
    double[] smooth = new double[bins.length];
    for (int k = 0; k < bins.length; k++) {
      int place = k / stride % count;
      double below = place > 0 ? bins[k - stride] : bins[k];
      double above = place < count - 1 ? bins[k + stride] : bins[k];
      smooth[k] = (below + 2 * bins[k] + above) / 4;
    }
    return smooth;
  }

  private static void normalize(float[] row, int from, int count, float length) {
    double square = 0;
    for (int k = from; k < from + count; k++) {
      square += (double) row[k] * row[k];
    }
    if (square == 0) {
      Arrays.fill(row, from, from + count, 0);
      return;
    }
    float factor = (float) (length / Math.sqrt(square));
    for (int k = from; k < from + count; k++) {
      row[k] *= factor;
    }
  }
}
