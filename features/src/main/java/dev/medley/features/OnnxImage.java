package dev.medley.features;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.medley.core.InvalidInputException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A network over pictures in ONNX form. It takes 1 × 3 × C × C, where C is the crop's side, and
 * what the chosen output holds for the picture becomes its row: numbers over positions, as of a
 * convolution, are averaged.
 */
final class OnnxImage implements ImageEncoder {
  private static final int CHANNELS = 3;

  private final String subject;
  private final EncoderIdentity identity;
  private final Onnx model;
  private final Preprocessing preprocessing;
  private final String layer;
  private final int dimension;

  /**
   * Opens a model's file.
   *
   * @param preprocess a preset's name or a file
   */
  static OnnxImage open(Path file, String preprocess) throws IOException {
    Preprocessing preprocessing = Preprocessing.of(preprocess);
    Onnx model = Onnx.open(file);
    try {
      return new OnnxImage(file.toString(), Onnx.version(file), model, preprocessing);
    } catch (IOException | RuntimeException failure) {
      model.close();
      throw failure;
    }
  }

  /**
   * Opens a model.
   *
   * @param subject what messages call it
   * @param version as of {@link Onnx#version}
   * @param model closed with this
   */
  private OnnxImage(String subject, String version, Onnx model, Preprocessing preprocessing) {
    this.subject = subject;
    this.model = model;
    this.preprocessing = preprocessing;
    if (model.inputs().size() != 1) {
      throw new InvalidInputException(
          "%s: expected a model with one input, got %d (%s); export the part for pictures alone"
              .formatted(subject, model.inputs().size(), String.join(", ", model.inputs())));
    }
    layer = layer(subject, model, preprocessing);
    identity =
        new EncoderIdentity(
            "onnx",
            version,
            new TreeMap<>(Map.of("preprocess", preprocessing.text(), "layer", layer)));
    int crop = preprocessing.crop();
    dimension = encode(new BufferedImage(crop, crop, BufferedImage.TYPE_INT_RGB)).length;
  }

  /** The output that is asked for, if the model has it, else its first. */
  private static String layer(String subject, Onnx model, Preprocessing preprocessing) {
    String asked = preprocessing.layer();
    if (asked.isEmpty() || Preprocessing.PRESETS.containsValue(preprocessing)) {
      return model.outputs().contains(asked) ? asked : model.outputs().get(0);
    }
    if (!model.outputs().contains(asked)) {
      throw new InvalidInputException(
          "%s: expected an output '%s', which 'layer' names, got only %s; name one of them"
              .formatted(subject, asked, String.join(", ", model.outputs())));
    }
    return asked;
  }

  @Override
  public EncoderIdentity identity() {
    return identity;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int side() {
    return Math.max(preprocessing.resize(), preprocessing.crop());
  }

  @Override
  public float[] encode(BufferedImage picture) {
    int crop = preprocessing.crop();
    FloatBuffer values = pixels(picture, crop);
    String input = model.inputs().get(0);
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(
                model.environment(), values, new long[] {1, CHANNELS, crop, crop});
        OrtSession.Result result = model.session().run(Map.of(input, tensor), Set.of(layer))) {
      return row(Onnx.floats(result));
    } catch (OrtException failure) {
      throw Onnx.failed(subject, failure);
    }
  }

  /**
   * 1 × D as it is; 1 × D × … averaged over all positions, as a convolution's; 1 × T × D over T.
   */
  private float[] row(Onnx.Floats output) {
    long[] shape = output.shape();
    if (shape.length < 2 || shape[0] != 1) {
      throw new InvalidInputException(
          "%s: expected an output of one row per picture, got %d dimensions; name another layer"
              .formatted(subject, shape.length));
    }
    boolean tokens = shape.length == 3;
    int size = (int) shape[tokens ? 2 : 1]; // D
    int total = output.values().remaining();
    int positions = total / Math.max(1, size);
    float[] row = new float[size];
    for (int k = 0; k < total; k++) {
      row[tokens ? k % size : k / positions] += output.values().get(k) / positions;
    }
    return row;
  }

  private FloatBuffer pixels(BufferedImage picture, int crop) {
    int resize = preprocessing.resize();
    double scale =
        resize == 0 ? 0 : resize / (double) Math.min(picture.getWidth(), picture.getHeight());
    int width = resize == 0 ? crop : Math.max(crop, (int) Math.round(scale * picture.getWidth()));
    int height = resize == 0 ? crop : Math.max(crop, (int) Math.round(scale * picture.getHeight()));
    BufferedImage square = new BufferedImage(crop, crop, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = square.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(picture, (crop - width) / 2, (crop - height) / 2, width, height, null);
    graphics.dispose();
    int[] rgb = square.getRGB(0, 0, crop, crop, null, 0, crop);
    FloatBuffer values = FloatBuffer.allocate(CHANNELS * crop * crop);
    for (int channel = 0; channel < CHANNELS; channel++) {
      double mean = preprocessing.mean().get(channel);
      double std = preprocessing.std().get(channel);
      for (int pixel : rgb) {
        int value = (pixel >> (8 * (2 - channel))) & 0xff;
        values.put((float) ((value / 255.0 - mean) / std));
      }
    }
    return values.flip();
  }

  @Override
  public void close() {
    model.close();
  }
}
