package dev.medley.cli;

import dev.medley.core.Seed;
import dev.medley.data.SampleCatalogue;
import dev.medley.features.FeatureExtraction;
import dev.medley.features.FeatureRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley sample}. */
@Command(
    name = "sample",
    description =
        "Writes a small dataset whose users' taste is known: part of it shows in the images only,"
            + " part in the texts only.")
final class SampleCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "A folder that is not there yet.")
  private Path folder;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same files (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  SampleCommand() {
    folder = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    SampleCatalogue.write(folder, new Seed(seed));
    try (EncodingDisplay display = new EncodingDisplay()) {
      FeatureExtraction.run(folder, FeatureRequest.standard(threads.count()), display);
    }
    System.out.println(folder);
    return Main.DONE;
  }
}
