package dev.medley.cli;

import dev.medley.prepare.Amazon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare amazon2023}. */
@Command(name = "amazon2023", description = "Amazon's reviews of 2023 and their metadata.")
final class PrepareAmazon2023 implements Callable<Integer> {
  @Option(
      names = {"--reviews", "--ratings"},
      required = true,
      paramLabel = "FILE",
      description =
          "Reviews as JSONL (.gz), or the official CSV (user_id,parent_asin,rating,timestamp).")
  private Path reviews;

  @Option(names = "--meta", paramLabel = "FILE", description = "meta_*.jsonl (.gz).")
  private @Nullable Path meta;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "A folder of pictures named by the item, as ASIN.jpg.")
  private @Nullable Path images;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareAmazon2023() {
    reviews = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    return options.prepare(new Amazon(Amazon.Year.Y2023, reviews, meta, null, images));
  }
}
