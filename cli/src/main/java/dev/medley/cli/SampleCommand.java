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
        "Writes a small made-up shop with texts, drawn pictures and their features, whose users'"
            + " taste is known: brand and material show in the texts only, colour and pattern in"
            + " the pictures only.")
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
    write(folder, new Seed(seed), threads.count());
    System.out.println(folder);
    return Main.DONE;
  }

  /** Writes catalogue, pictures and features; the folder appears whole or not at all. */
  static void write(Path folder, Seed seed, int threads) throws IOException {
    try (EncodingDisplay display = new EncodingDisplay()) {
      SampleCatalogue.write(
          folder,
          seed,
          draft -> FeatureExtraction.run(draft, FeatureRequest.standard(threads), display));
    }
  }
}
