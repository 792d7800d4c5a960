package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right of one process to write to a run's folder. The system takes it back when the process
 * ends, however it ends.
 */
public final class RunLock implements AutoCloseable {
  private static final String NAME = ".lock";

  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the right to write to {@code folder}.
   *
   * @throws InvalidInputException if another process has it
   */
  public static RunLock take(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new InvalidInputException(
          folder + ": expected a run that nobody is training, got one in work; wait for it to end");
    }
    return new RunLock(file, channel);
  }

  /**
   * Returns when no other process has the right to write to {@code folder}, and does not take it.
   *
   * @param waiting is told once where it must wait
   */
  public static void await(Path folder, Runnable waiting) throws IOException {
    try (FileChannel channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.WRITE)) {
      if (channel.tryLock() == null) {
        waiting.run();
        channel.lock();
      }
    } catch (NoSuchFileException nobody) {
      return; // nobody has ever taken it, or it was given back
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close();
  }
}
