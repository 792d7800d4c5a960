package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.Source;
import dev.medley.prepare.SplitFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of sources that publish a split as a file for each of its sets. */
final class SplitFilesMixin {
  @Option(
      names = {"--folder", "--dir"},
      paramLabel = "DIR",
      description =
          "A folder with these files under their published names and MODALITY_feat.npy, in place of"
              + " the files.")
  private @Nullable Path folder;

  @Option(names = "--train", paramLabel = "FILE", description = "Training interactions.")
  private @Nullable Path train;

  @Option(
      names = {"--validation", "--valid", "--val"},
      paramLabel = "FILE",
      description = "Validation interactions.")
  private @Nullable Path validation;

  @Option(names = "--test", paramLabel = "FILE", description = "Test interactions.")
  private @Nullable Path test;

  @Option(
      names = "--features",
      paramLabel = "FILE",
      description = "MODALITY_feat.npy, row k is item k; may be given again.")
  private @Nullable List<Path> features;

  SplitFilesMixin() {}

  /** A source that finds its files in a folder. */
  interface InFolder {
    /** The source of {@code folder}. */
    Source in(Path folder) throws IOException;
  }

  /**
   * What was asked for.
   *
   * @throws InvalidInputException if not one of folder and files is given
   */
  Source source(InFolder folders, Function<SplitFiles, Source> ofFiles) throws IOException {
    if (folder != null && train == null) {
      return folders.in(folder);
    }
    if (train != null && folder == null) {
      List<Path> rows = features == null ? List.of() : features;
      return ofFiles.apply(new SplitFiles(train, validation, test, rows));
    }
    throw new InvalidInputException(
        "--folder, --train: expected one of them, got %s; give the folder, or its files"
            .formatted(folder == null ? "none" : "both"));
  }
}
