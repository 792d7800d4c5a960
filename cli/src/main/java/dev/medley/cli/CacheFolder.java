package dev.medley.cli;

import java.nio.file.Path;

/** Where results that are costly and can be had again are kept between runs. */
final class CacheFolder {

  private CacheFolder() {}

  /**
   * The system property {@code medley.cache}, or {@code $MEDLEY_CACHE}, or {@code medley} in {@code
   * $XDG_CACHE_HOME} or {@code ~/.cache}.
   */
  static Path path() {
    String given = System.getProperty("medley.cache");
    if (given != null && !given.isEmpty()) {
      return Path.of(given);
    }
    String own = System.getenv("MEDLEY_CACHE");
    if (own != null && !own.isEmpty()) {
      return Path.of(own);
    }
    String shared = System.getenv("XDG_CACHE_HOME");
    Path root =
        shared != null && !shared.isEmpty()
            ? Path.of(shared)
            : Path.of(System.getProperty("user.home"), ".cache");
    return root.resolve("medley");
  }
}
