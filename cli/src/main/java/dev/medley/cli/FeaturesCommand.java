package dev.medley.cli;

import dev.medley.features.FeatureExtraction;
import dev.medley.features.FeatureReport;
import dev.medley.features.FeatureRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code medley features}. */
@Command(
    name = "features",
    description = "Turns the texts and pictures of a dataset into features.")
final class FeaturesCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DATASET", description = "A dataset's folder.")
  private Path dataset;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  FeaturesCommand() {
    dataset = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    List<FeatureReport> reports;
    try (EncodingDisplay display = new EncodingDisplay()) {
      reports = FeatureExtraction.run(dataset, FeatureRequest.standard(threads.count()), display);
    }
    for (FeatureReport report : reports) {
      System.out.printf(
          java.util.Locale.ROOT,
          "%s %s %d %d/%d %.1f s%n",
          report.modality(),
          report.encoder(),
          report.dimension(),
          report.present(),
          report.items(),
          report.seconds());
    }
    return Main.DONE;
  }
}
