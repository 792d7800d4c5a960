package dev.medley.data;

import dev.medley.core.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder under construction beside its place: published by a rename, so that it is there whole or
 * not at all. Closed without that it is deleted, also where the process is interrupted.
 */
public final class FolderDraft implements Closeable {
  private static final Set<FolderDraft> OPEN = ConcurrentHashMap.newKeySet();

  private final Path target;
  private final Path draft;
  private final List<Path> made; // folders above it that were not there, the highest first
  private final Thread onInterrupt;

  private FolderDraft(Path target, Path draft, List<Path> made) {
    this.target = target;
    this.draft = draft;
    this.made = made;
    this.onInterrupt = new Thread(this::deleteQuietly, "delete " + draft.getFileName());
  }

  /**
   * Creates the draft, and the folders above it.
   *
   * @param folder where it shall be: new or empty
   * @throws InvalidInputException if the folder holds something
   * @throws IOException if it cannot be created
   */
  public static FolderDraft open(Path folder) throws IOException {
    checkFree(folder);
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new InvalidInputException(folder + ": expected a folder below another, got the root");
    }
    List<Path> made = new ArrayList<>();
    for (Path above = parent; above != null && !Files.exists(above); above = above.getParent()) {
      made.add(0, above);
    }
    Files.createDirectories(parent);
    Path draft =
        parent.resolve("." + target.getFileName() + ".part" + ProcessHandle.current().pid());
    deleteAll(draft); // what a killed process of the same number left
    Files.createDirectory(draft);
    FolderDraft opened = new FolderDraft(target, draft, made);
    Runtime.getRuntime().addShutdownHook(opened.onInterrupt);
    OPEN.add(opened);
    return opened;
  }

  /** Deletes all drafts of this process; for one that ends without an exit, so without hooks. */
  public static void abandonAll() {
    OPEN.forEach(FolderDraft::deleteQuietly);
  }

  /**
   * Refuses a folder that a new one cannot take the place of.
   *
   * @throws InvalidInputException if it holds something, or is a file
   */
  public static void checkFree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder + ": expected a new or empty folder, got a file; choose another path");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new InvalidInputException(
            folder
                + ": expected a new or empty folder, got one with files; choose another or empty it");
      }
    }
  }

  /** Where to write. */
  public Path path() {
    return draft;
  }

  /** Puts the folder into its place. */
  public void publish() throws IOException {
    Files.deleteIfExists(target);
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    made.clear();
  }

  /** Deletes the draft where it was not published, and the folders that were made for it. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException shuttingDown) {
      return; // the hook deletes
    }
    deleteAll(draft);
    deleteMade();
    OPEN.remove(this); // not before: a stop signal meanwhile deletes what is left
  }

  private void deleteMade() throws IOException {
    for (int k = made.size() - 1; k >= 0; k--) {
      try {
        Files.deleteIfExists(made.get(k));
      } catch (DirectoryNotEmptyException used) {
        return; // by somebody else meanwhile
      }
    }
  }

  /**
   * Renames the draft before it deletes it: who still writes to it fails at once and cannot add to
   * what is being deleted, nor publish a part of it.
   */
  private void deleteQuietly() {
    Path doomed = draft.resolveSibling(draft.getFileName() + ".gone");
    try {
      if (Files.exists(draft)) {
        deleteAll(doomed);
        Files.move(draft, doomed, StandardCopyOption.ATOMIC_MOVE);
      }
      deleteAll(doomed);
      deleteMade();
    } catch (IOException left) {
      // its name says what it is
    }
  }

  /**
   * Deletes a folder with everything in it; nothing where there is none.
   *
   * @throws IOException if something in it cannot be deleted
   */
  public static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
