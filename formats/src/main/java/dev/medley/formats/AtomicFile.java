package dev.medley.formats;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes a file so that a reader sees the old content or the new one, never a part: into a
 * neighbour, forced to disk, then renamed over it. After a failure the neighbour is gone and the
 * old content stands.
 */
public final class AtomicFile {

  /** Writes the content to the stream it is given. */
  @FunctionalInterface
  public interface Content {

    /** Writes everything; the caller buffers and closes {@code out}. */
    void writeTo(OutputStream out) throws IOException;
  }

  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet(); // neighbours in the making

  private AtomicFile() {}

  /**
   * Deletes what this process is writing and has not renamed yet; for one that ends without an
   * exit. Writes that go on all the same fail.
   */
  public static void abandonAll() {
    for (Path neighbour : OPEN) {
      try {
        Files.deleteIfExists(neighbour);
      } catch (IOException left) {
        // its name says what it is
      }
    }
  }

  /**
   * Replaces or creates {@code file}.
   *
   * @throws IOException if it cannot be written, as on a full disk
   */
  public static void write(Path file, Content content) throws IOException {
    Path neighbour = file.resolveSibling(file.getFileName() + ".part");
    OPEN.add(neighbour);
    try {
      try (FileChannel channel =
          FileChannel.open(
              neighbour,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(
          neighbour, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException | RuntimeException failure) {
      Files.deleteIfExists(neighbour);
      throw failure;
    } catch (IOException failure) { // as on a full disk; it does not say where
      Files.deleteIfExists(neighbour);
      throw named(file, failure);
    } finally {
      OPEN.remove(neighbour);
    }
  }

  private static IOException named(Path file, IOException failure) {
    FileSystemException named =
        new FileSystemException(file.toString(), null, String.valueOf(failure.getMessage()));
    named.initCause(failure);
    return named;
  }

  /** Replaces or creates {@code file} with UTF-8 text. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
