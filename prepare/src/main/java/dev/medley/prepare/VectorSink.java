package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the vectors of items in any order and writes them as {@code MODALITY_feat.npy} in the order
 * of {@code items.tsv}. An item without one gets a row of NaN. Never holds more than a row.
 */
public final class VectorSink {
  /** The stage under which its drops are counted. */
  static final String STAGE = "vectors";

  private static final long REPORT_EVERY = 1 << 12;

  private final Path folder;
  private final Path scratch;
  private final Map<String, Integer> rowOf;
  private final Drops drops;
  private final Progress progress;
  private final List<Funnel.Vectors> done = new ArrayList<>();

  VectorSink(
      Path folder, Path scratch, Map<String, Integer> rowOf, Drops drops, Progress progress) {
    this.folder = folder;
    this.scratch = scratch;
    this.rowOf = rowOf;
    this.drops = drops;
    this.progress = progress;
  }

  /** What was written so far. */
  List<Funnel.Vectors> done() {
    return done;
  }

  /** Hands over the vectors of one modality. */
  @FunctionalInterface
  public interface Vectors {
    /** Calls {@link Modality#add} for each. */
    void writeTo(Modality sink) throws IOException;
  }

  /**
   * Writes one modality.
   *
   * @param name as {@code image}
   * @param dimension numbers per item, at least 1
   * @param doubles whether they are kept in double precision
   */
  public void modality(String name, int dimension, boolean doubles, Vectors vectors)
      throws IOException {
    Path rows = scratch.resolve("rows.bin");
    try (FileChannel channel =
        FileChannel.open(
            rows,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      Modality sink = new Modality(name, dimension, doubles, channel);
      vectors.writeTo(sink);
      sink.finish();
    } finally {
      Files.deleteIfExists(rows);
    }
  }

  /** One modality under way. */
  public final class Modality {
    private final String name;
    private final int dimension;
    private final int size;
    private final boolean doubles;
    private final FileChannel channel;
    private final ByteBuffer row;
    private final BitSet present = new BitSet();
    private long read;

    private Modality(String name, int dimension, boolean doubles, FileChannel channel) {
      this.name = name;
      this.dimension = dimension;
      this.doubles = doubles;
      this.channel = channel;
      this.size = Math.multiplyExact(dimension, doubles ? Double.BYTES : Float.BYTES);
      this.row = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }

    /** Whether an item's vector would be kept. */
    public boolean wants(String id) {
      return rowOf.containsKey(id);
    }

    /**
     * One vector; the first of each item is kept.
     *
     * @param id null where it has none
     * @param values as many as the modality has dimensions; all NaN: the item has none
     * @param where its place, for messages
     */
    public void add(@Nullable String id, double[] values, String where) throws IOException {
      pass();
      Integer at = id == null ? null : rowOf.get(id);
      if (at == null) {
        return;
      }
      int bad = 0;
      int nans = 0;
      for (double value : values) {
        bad += Double.isFinite(value) && Math.abs(value) <= Float.MAX_VALUE ? 0 : 1;
        nans += Double.isNaN(value) ? 1 : 0;
      }
      if (nans == values.length) {
        return;
      }
      if (bad > 0) {
        drops.add(STAGE, name + " vectors with infinity, or NaN beside numbers", where);
        return;
      }
      if (present.get(at)) {
        drops.add(STAGE, name + " vectors of an item that has one already", where);
        return;
      }
      row.clear();
      for (double value : values) {
        if (doubles) {
          row.putDouble(value);
        } else {
          row.putFloat((float) value);
        }
      }
      row.flip();
      long position = (long) at * size;
      while (row.hasRemaining()) {
        position += channel.write(row, position);
      }
      present.set(at);
    }

    /** A vector of an item that is not wanted. */
    public void pass() {
      read++;
      if (read % REPORT_EVERY == 0) {
        progress.report(name + " vectors read", read);
      }
    }

    /** Something that is no vector. */
    public void drop(String reason, String where) {
      drops.add(STAGE, reason, where);
    }

    private void read(int item) throws IOException {
      row.clear();
      long position = (long) item * size;
      while (row.hasRemaining()) {
        int count = channel.read(row, position + row.position());
        if (count < 0) {
          throw new IOException(folder + ": expected the rows that were just written");
        }
      }
      row.flip();
    }

    private void finish() throws IOException {
      if (present.isEmpty()) {
        throw new InvalidInputException(
            "%s vectors: expected one for some of the %,d items, got none of %,d for them; give the file that belongs to these items, or none"
                .formatted(name, rowOf.size(), read));
      }
      Path file = folder.resolve(name + "_feat.npy");
      // The rows are read one after the other, which the interface of Npy cannot let fail.
      List<IOException> failures = new ArrayList<>();
      if (doubles) {
        Npy.writeDoubles(
            file,
            rowOf.size(),
            dimension,
            (item, out) -> {
              if (isThere(item, failures)) {
                row.asDoubleBuffer().get(out);
              } else {
                Arrays.fill(out, Double.NaN);
              }
            });
      } else {
        Npy.write(
            file,
            rowOf.size(),
            dimension,
            (item, out) -> {
              if (isThere(item, failures)) {
                row.asFloatBuffer().get(out);
              } else {
                Arrays.fill(out, Float.NaN);
              }
            });
      }
      if (!failures.isEmpty()) {
        throw failures.get(0);
      }
      done.add(new Funnel.Vectors(name, dimension, present.cardinality()));
    }

    private boolean isThere(int item, List<IOException> failures) {
      if (!present.get(item) || !failures.isEmpty()) {
        return false;
      }
      try {
        read(item);
        return true;
      } catch (IOException failure) {
        failures.add(failure);
        return false;
      }
    }
  }
}
