package dev.medley.cli;

import dev.medley.prepare.Amazon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare amazon2014}. */
@Command(
    name = "amazon2014",
    description = "Amazon's reviews of 2014 or 2018, their metadata and image vectors.")
final class PrepareAmazon2014 implements Callable<Integer> {
  @Option(
      names = {"--reviews", "--ratings"},
      required = true,
      paramLabel = "FILE",
      description =
          "reviews_*.json.gz, or ratings_*.csv as of 2014: user,item,rating,timestamp"
              + " (that of 2018 begins with the item: swap the columns first).")
  private Path reviews;

  @Option(
      names = "--meta",
      paramLabel = "FILE",
      description = "meta_*.json.gz: Python literals or JSON.")
  private @Nullable Path meta;

  @Option(
      names = "--image-features",
      paramLabel = "FILE",
      description = "image_features_*.b: records of a 10-byte id and 4096 numbers.")
  private @Nullable Path imageFeatures;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "A folder of pictures named by the item, as ASIN.jpg.")
  private @Nullable Path images;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareAmazon2014() {
    reviews = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    return options.prepare(new Amazon(Amazon.Year.Y2014, reviews, meta, imageFeatures, images));
  }
}
