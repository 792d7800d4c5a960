package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.data.DatasetFolder;
import dev.medley.data.ReadOptions;
import dev.medley.data.SplitKind;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which split a dataset is read with. */
final class DatasetOptions {
  @Option(
      names = "--split",
      paramLabel = "KIND",
      description =
          "How interactions are split into training, validation and test: random, temporal (by the"
              + " timestamp column) or leave-one-out (default: as the x_label column says, random"
              + " where there is none).")
  private @Nullable String split;

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The seed of a random split (default: ${DEFAULT-VALUE}).")
  private long splitSeed;

  ReadOptions readOptions() {
    return ReadOptions.split(split == null ? SplitKind.SHIPPED : SplitKind.parse(split), splitSeed);
  }

  Dataset read(Path folder) throws IOException {
    return DatasetFolder.read(folder, readOptions());
  }
}
