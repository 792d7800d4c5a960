package dev.medley.cli;

import dev.medley.data.Inspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley inspect}. */
@Command(
    name = "inspect",
    description =
        "Counts, split ratios, duplicates, leaks, cold users and items, missing modalities of a"
            + " dataset.")
final class InspectCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DATASET", description = "A dataset's folder.")
  private Path dataset;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Mixin private final DatasetOptions split = new DatasetOptions();

  InspectCommand() {
    dataset = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    Inspection inspection = Inspection.of(dataset, split.readOptions());
    System.out.println((json ? inspection.toJson() : inspection.toText()).stripTrailing());
    return Main.DONE;
  }
}
