package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder of pictures that go along with a dataset as {@code images/}: as hard links, which take
 * no room and stay when the originals are deleted, or as copies where the file system has none.
 *
 * @param folder where the pictures are
 * @param byId whether a picture is named after its item, with one of {@link #ENDINGS}; otherwise
 *     the item's description names it
 */
public record PictureFolder(Path folder, boolean byId) {
  /** Endings that a picture named after its item may have. */
  public static final List<String> ENDINGS =
      List.of(".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG", ".gif", ".bmp");

  /** The name of the folder in a dataset. */
  static final String IMAGES = "images";

  /** Refuses what is no folder. */
  void check() {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder + ": expected a folder of pictures, got none; check the path");
    }
  }

  /**
   * Puts the picture of an item into a dataset.
   *
   * @param dataset the dataset's folder
   * @param name what the item's description says, may be empty
   * @return its name below {@code images/}; empty where there is none
   */
  String link(Path dataset, String id, String name, Drops drops) throws IOException {
    if (!byId && name.isEmpty()) {
      drops.add(ItemSink.STAGE, "items without the name of a picture", id);
      return "";
    }
    Path root = folder.toAbsolutePath().normalize();
    Path found = null;
    for (String candidate : byId ? ENDINGS.stream().map(end -> id + end).toList() : List.of(name)) {
      Path inside = inside(root, candidate);
      if (inside == null) {
        drops.add(ItemSink.STAGE, "pictures whose name leads out of the folder", id);
        return "";
      }
      if (Files.isRegularFile(inside)) {
        found = inside;
        break;
      }
    }
    if (found == null) {
      drops.add(ItemSink.STAGE, "items whose picture is not in " + folder, id);
      return "";
    }
    Path relative = root.relativize(found);
    Path target = dataset.resolve(IMAGES).resolve(relative.toString());
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createLink(target, found.toRealPath());
    } catch (FileAlreadyExistsException shared) {
      // two items have the same picture
    } catch (IOException | UnsupportedOperationException noLink) {
      Files.copy(found, target);
    }
    return relative.toString().replace('\\', '/');
  }

  /** The file of this name below the folder, or null where the name leads out of it. */
  private static @Nullable Path inside(Path root, String name) {
    try {
      Path path = root.resolve(name).normalize();
      return Path.of(name).isAbsolute() || path.equals(root) || !path.startsWith(root)
          ? null
          : path;
    } catch (InvalidPathException noFileCanBeNamedSo) {
      return null;
    }
  }
}
