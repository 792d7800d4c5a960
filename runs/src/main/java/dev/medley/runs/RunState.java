package dev.medley.runs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What stands at the path of a run. */
public enum RunState {
  /** Nothing. */
  ABSENT,
  /** A run that was begun: it can be resumed. An empty folder counts as begun just now. */
  UNFINISHED,
  /** A run with its metrics and summary. */
  FINISHED,
  /** A file, or a folder of something else. */
  NOT_A_RUN;

  /** Looks at {@code folder}. */
  public static RunState of(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return ABSENT;
    }
    if (!Files.isDirectory(folder)) {
      return NOT_A_RUN;
    }
    boolean metrics = Files.exists(folder.resolve(RunLayout.METRICS));
    boolean summary = Files.exists(folder.resolve(RunLayout.SUMMARY));
    if (metrics && summary) {
      return FINISHED;
    }
    if (summary || Files.exists(folder.resolve(RunLayout.REQUEST)) || isEmpty(folder)) {
      return UNFINISHED;
    }
    return NOT_A_RUN;
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (!entry.endsWith(RunLayout.REQUEST + ".part")) {
          return false;
        }
      }
    }
    return true;
  }
}
