package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.JsonSplits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare json-splits}. */
@Command(
    name = "json-splits",
    description = "A split of LATTICE or MMSSL: train.json, val.json, test.json.")
final class PrepareJsonSplits implements Callable<Integer> {
  @Option(
      names = {"--folder", "--dir"},
      paramLabel = "DIR",
      description =
          "A folder with train.json, val.json, test.json and MODALITY_feat.npy, in place of the files.")
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

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareJsonSplits() {}

  @Override
  public Integer call() throws IOException {
    if (folder != null && train == null) {
      return options.prepare(JsonSplits.in(folder));
    }
    if (train != null && folder == null) {
      return options.prepare(
          new JsonSplits(train, validation, test, features == null ? List.of() : features));
    }
    throw new InvalidInputException(
        "--folder, --train: expected one of them, got %s; give the folder, or its files"
            .formatted(folder == null ? "none" : "both"));
  }
}
