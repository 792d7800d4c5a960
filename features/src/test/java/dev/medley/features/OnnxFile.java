package dev.medley.features;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tiny models in ONNX form, their protobuf written by hand. */
final class OnnxFile {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private OnnxFile() {}

  /** Gives row {@code id} of a table for every token: B × T ids become B × T × D. */
  static void embeddings(Path file, float[][] table) throws IOException {
    ByteBuffer raw =
        ByteBuffer.allocate(table.length * table[0].length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : table) {
      for (float value : row) {
        raw.putFloat(value);
      }
    }
    OnnxFile tensor =
        new OnnxFile().number(1, table.length).number(1, table[0].length).number(2, FLOAT);
    tensor.text(8, "table").bytes(9, raw.array());
    OnnxFile graph =
        new OnnxFile()
            .message(1, node("Gather", "last_hidden_state", "table", "input_ids"))
            .text(2, "embeddings")
            .message(5, tensor)
            .message(11, value("input_ids", INT64, "b", "t"))
            .message(11, value("attention_mask", INT64, "b", "t"))
            .message(12, value("last_hidden_state", FLOAT, "b", "t", "d"));
    Files.write(file, model(graph));
  }

  /** Gives the mean of each channel: 1 × 3 × C × C becomes 1 × 3 × 1 × 1. */
  static void channelMeans(Path file) throws IOException {
    OnnxFile graph =
        new OnnxFile()
            .message(1, node("GlobalAveragePool", "means", "pixels"))
            .text(2, "means")
            .message(11, value("pixels", FLOAT, "b", "c", "h", "w"))
            .message(12, value("means", FLOAT, "b", "c", "y", "x"));
    Files.write(file, model(graph));
  }

  private static byte[] model(OnnxFile graph) {
    OnnxFile opset = new OnnxFile().text(1, "").number(2, 13);
    return new OnnxFile().number(1, 8).message(7, graph).message(8, opset).bytes.toByteArray();
  }

  private static OnnxFile node(String operator, String output, String... inputs) {
    OnnxFile node = new OnnxFile();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(3, operator).text(4, operator);
  }

  private static OnnxFile value(String name, int type, String... dimensions) {
    OnnxFile shape = new OnnxFile();
    for (String dimension : dimensions) {
      shape.message(1, new OnnxFile().text(2, dimension));
    }
    OnnxFile tensor = new OnnxFile().number(1, type).message(2, shape);
    return new OnnxFile().text(1, name).message(2, new OnnxFile().message(1, tensor));
  }

  private OnnxFile number(int field, long value) {
    varint(field << 3);
    varint(value);
    return this;
  }

  private OnnxFile text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private OnnxFile message(int field, OnnxFile value) {
    return bytes(field, value.bytes.toByteArray());
  }

  private OnnxFile bytes(int field, byte[] value) {
    varint((field << 3) | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void varint(long value) {
    long rest = value;
    while (rest >= 0x80) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
