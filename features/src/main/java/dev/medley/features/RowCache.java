package dev.medley.features;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Encoded rows on disk by the hash of what was encoded; one file per encoder. Rows are appended, so
 * that what was encoded before an interruption is there afterwards; a record that is not whole ends
 * the file. In memory are the hashes alone.
 *
 * <p>A record is the input's SHA-256 (32 bytes), D little-endian float32 and a CRC-32 of both.
 */
final class RowCache implements AutoCloseable {
  private static final int HASH = 32;
  private static final int CHECK = 4;

  private final FileChannel channel;
  private final int dimension;
  private final ByteBuffer record;
  private final Map<String, Integer> places = new HashMap<>();
  private int records;

  private RowCache(FileChannel channel, int dimension) {
    this.channel = channel;
    this.dimension = dimension;
    record =
        ByteBuffer.allocate(HASH + dimension * Float.BYTES + CHECK).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Opens or creates a cache for this process alone.
   *
   * @param dimension D
   * @throws InvalidInputException if another process has it open
   */
  static RowCache open(Path file, int dimension) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!locked(channel)) {
        throw new InvalidInputException(
            file
                + ": expected no other process to encode this dataset, got one that does; wait for it");
      }
      RowCache cache = new RowCache(channel, dimension);
      cache.readHashes();
      return cache;
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException sameProcess) {
      return false;
    }
  }

  private void readHashes() throws IOException {
    while (readRecord(records)) {
      CRC32 check = new CRC32();
      check.update(record.array(), 0, record.capacity() - CHECK);
      if (record.getInt(record.capacity() - CHECK) != (int) check.getValue()) {
        break;
      }
      places.put(HexFormat.of().formatHex(record.array(), 0, HASH), records);
      records++;
    }
    channel.truncate((long) records * record.capacity());
  }

  private boolean readRecord(int place) throws IOException {
    record.clear();
    long from = (long) place * record.capacity();
    while (record.hasRemaining()) {
      if (channel.read(record, from + record.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a row is there for an input with this hash. */
  synchronized boolean has(String sha256) {
    return places.containsKey(sha256);
  }

  /** Appends a row, unless there is one for the hash. */
  synchronized void put(String sha256, float[] row) throws IOException {
    if (row.length != dimension) {
      throw new IllegalArgumentException("row: expected " + dimension + ", got " + row.length);
    }
    if (places.containsKey(sha256)) {
      return;
    }
    record.clear();
    record.put(HexFormat.of().parseHex(sha256));
    for (float value : row) {
      record.putFloat(value);
    }
    CRC32 check = new CRC32();
    check.update(record.array(), 0, record.position());
    record.putInt((int) check.getValue()).flip();
    long from = (long) records * record.capacity();
    while (record.hasRemaining()) {
      channel.write(record, from + record.position());
    }
    places.put(sha256, records++);
  }

  /** Copies the row of a hash that {@link #has} knows. */
  synchronized void copy(String sha256, float[] out) throws IOException {
    Integer place = places.get(sha256);
    if (place == null || !readRecord(place)) {
      throw new IOException("the cache of encoded rows was cut while it was in use");
    }
    record.position(HASH);
    record.asFloatBuffer().get(out, 0, dimension);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
