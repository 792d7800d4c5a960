package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.ItemLines;
import dev.medley.formats.Npy;
import dev.medley.formats.Sha256;
import dev.medley.formats.VectorRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Features that were made elsewhere, as rows by item id: NPY with a list of ids, or {@code .b},
 * {@link VectorRecord}s.
 */
final class MatrixRows implements AutoCloseable {
  /** What dataset.json calls the encoder of features that were made elsewhere. */
  static final String ENCODER = "matrix";

  /** Copies one row. */
  private interface Reader {
    void copy(int row, float[] out) throws IOException;
  }

  private final Map<String, Integer> rows;
  private final int dimension;
  private final Reader reader;
  private final Closeable open;

  private MatrixRows(Map<String, Integer> rows, int dimension, Reader reader, Closeable open) {
    this.rows = rows;
    this.dimension = dimension;
    this.reader = reader;
    this.open = open;
  }

  /** Refuses a matrix that {@link #encode} would refuse. */
  static void check(FeatureRequest.Matrix matrix) throws IOException {
    open(matrix).close();
  }

  /** Takes the modality into the dataset folder. */
  static FeatureReport encode(
      Path folder, FeatureRequest.Matrix matrix, int items, FeatureProgress progress)
      throws IOException {
    ModalityRun run = new ModalityRun(folder, matrix.modality(), true);
    Map<String, Integer> rowOf = new HashMap<>(); // by hash of the row's numbers
    try (MatrixRows rows = open(matrix);
        ItemLines lines = ItemLines.open(folder)) {
      float[] row = new float[rows.dimension];
      byte[] bytes = new byte[rows.dimension * Float.BYTES];
      while (lines.next()) {
        Integer number = rows.rows.get(lines.id());
        if (number == null) {
          run.missing(lines.id(), "", "not among the ids of " + matrix.file().getFileName());
        } else {
          rows.reader.copy(number, row);
          if (Rows.finite(row)) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(row);
            String hash = new Sha256().add(bytes, 0, bytes.length).hex();
            rowOf.put(hash, number);
            run.present(lines.id(), hash);
          } else {
            run.missing(lines.id(), "", "the row holds numbers that are not finite");
          }
        }
        progress.advanced(matrix.modality(), lines.row() + 1, items);
      }
      EncoderIdentity identity =
          new EncoderIdentity(ENCODER, Sha256.ofFile(matrix.file()), new TreeMap<>());
      return run.finish(
          identity,
          rows.dimension,
          (hash, out) -> rows.reader.copy(rowOf.getOrDefault(hash, 0), out));
    }
  }

  private static MatrixRows open(FeatureRequest.Matrix matrix) throws IOException {
    Path file = matrix.file();
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s: expected the matrix of %s, got no such file; check the path"
              .formatted(file, matrix.modality()));
    }
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".b")) {
      return openRecords(file);
    }
    Path ids = matrix.ids();
    if (ids == null) {
      throw new InvalidInputException(
          "--matrix %s: expected --ids with a line for each row of %s, got none; add it"
              .formatted(matrix.modality(), file));
    }
    Npy array = Npy.read(file);
    if (array.dimensions() != 2 || array.columns() == 0 || !array.type().isFloating()) {
      throw new InvalidInputException(
          "%s: expected a matrix of floating-point numbers with a row per item, got %s of shape %s; save it again"
              .formatted(file, array.type().name().toLowerCase(Locale.ROOT), array.shape()));
    }
    List<String> list = ids(ids);
    if (list.size() != array.rows()) {
      throw new InvalidInputException(
          "%s: expected %d ids, one for each row of %s, got %d; make both list the same items"
              .formatted(ids, array.rows(), file, list.size()));
    }
    Map<String, Integer> rows = new HashMap<>();
    for (int k = 0; k < list.size(); k++) {
      if (rows.putIfAbsent(list.get(k), k) != null) {
        throw new InvalidInputException(
            "%s line %d: expected each id once, got '%s' twice; remove one"
                .formatted(ids, k + 1, list.get(k)));
      }
    }
    return new MatrixRows(
        rows, array.columns(), (row, out) -> array.copyRow(row, out, 0), () -> {});
  }

  private static List<String> ids(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected a file with an id on each line, got no such file; check the path");
    }
    List<String> ids = new ArrayList<>();
    for (String line :
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
      ids.add(line.strip());
    }
    while (!ids.isEmpty() && ids.get(ids.size() - 1).isEmpty()) {
      ids.remove(ids.size() - 1);
    }
    return ids;
  }

  private static MatrixRows openRecords(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return records(file, channel);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static MatrixRows records(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size == 0 || size % VectorRecord.BYTES != 0) {
      throw new InvalidInputException(
          "%s: expected records of %d bytes, got %d bytes, which is no multiple; copy the file again"
              .formatted(file, VectorRecord.BYTES, size));
    }
    Map<String, Integer> rows = new HashMap<>();
    ByteBuffer id = ByteBuffer.allocate(VectorRecord.ID_BYTES);
    for (int k = 0; k < size / VectorRecord.BYTES; k++) {
      read(channel, (long) k * VectorRecord.BYTES, id);
      rows.putIfAbsent(VectorRecord.id(id.array()), k);
    }
    ByteBuffer numbers =
        ByteBuffer.allocate(VectorRecord.DIMENSION * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return new MatrixRows(
        rows,
        VectorRecord.DIMENSION,
        (row, out) -> {
          read(channel, (long) row * VectorRecord.BYTES + VectorRecord.ID_BYTES, numbers);
          numbers.asFloatBuffer().get(out);
        },
        channel);
  }

  private static void read(FileChannel channel, long position, ByteBuffer into) throws IOException {
    into.clear();
    while (into.hasRemaining()) {
      if (channel.read(into, position + into.position()) < 0) {
        throw new IOException("the matrix was cut while it was read");
      }
    }
    into.flip();
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
