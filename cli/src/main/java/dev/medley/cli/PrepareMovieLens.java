package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.MovieLens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare movielens}. */
@Command(name = "movielens", description = "MovieLens: 100K, 1M, 10M, 20M, 25M and 32M.")
final class PrepareMovieLens implements Callable<Integer> {
  @Option(
      names = {"--folder", "--dir"},
      paramLabel = "DIR",
      description = "An unpacked download, in place of --ratings and --movies.")
  private @Nullable Path folder;

  @Option(
      names = "--ratings",
      paramLabel = "FILE",
      description = "u.data, ratings.dat or ratings.csv.")
  private @Nullable Path ratings;

  @Option(
      names = {"--movies", "--items"},
      paramLabel = "FILE",
      description = "u.item, movies.dat or movies.csv.")
  private @Nullable Path movies;

  @Option(
      names = {"--posters", "--images"},
      paramLabel = "DIR",
      description = "A folder of pictures named by the movie, as 1.jpg.")
  private @Nullable Path posters;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareMovieLens() {}

  @Override
  public Integer call() throws IOException {
    if (folder != null && ratings == null) {
      return options.prepare(MovieLens.in(folder, posters));
    }
    if (ratings != null && folder == null) {
      return options.prepare(new MovieLens(ratings, movies, posters));
    }
    throw new InvalidInputException(
        "--folder, --ratings: expected one of them, got %s; give the folder of a download, or its files"
            .formatted(folder == null ? "none" : "both"));
  }
}
