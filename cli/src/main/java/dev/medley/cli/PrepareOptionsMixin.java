package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.data.SplitKind;
import dev.medley.prepare.Funnel;
import dev.medley.prepare.Preparation;
import dev.medley.prepare.PrepareOptions;
import dev.medley.prepare.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every source of {@code medley prepare} is asked beside its files. */
final class PrepareOptionsMixin {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The dataset's folder: not there yet, or empty. Its name is the dataset's.")
  private Path out;

  @Option(
      names = "--k-core",
      paramLabel = "N",
      description =
          "Keep users and items with at least N interactions, applied until all have; with it"
              + " items.tsv and features hold the surviving items only, 0 keeps the whole"
              + " catalogue (default: 5; csv: 1; sources with a split of their own: 0).")
  private @Nullable Integer kCore;

  @Option(
      names = "--split",
      paramLabel = "KIND",
      description =
          "random (8:1:1 per user), temporal or leave-one-out (default: the source's own where it"
              + " has one, else random).")
  private @Nullable String split;

  @Option(
      names = {"--split-seed", "--seed"},
      paramLabel = "N",
      defaultValue = "0",
      description = "The seed of a random split (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--min-rating",
      paramLabel = "X",
      description = "Leave out interactions with a rating below X, or without one.")
  private @Nullable Double minRating;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Leave out earlier interactions: a date (2014-07-23, UTC), or a timestamp.")
  private @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Leave out interactions at that time or later.")
  private @Nullable String until;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "1024",
      description =
          "What DuckDB may use before it goes to disk beside DIR (default: ${DEFAULT-VALUE}).")
  private int memory;

  @Option(names = "--json", description = "The funnel as JSON.")
  private boolean json;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  PrepareOptionsMixin() {
    out = Path.of("");
    memory = PrepareOptions.MEMORY_MEBIBYTES;
  }

  /** Prepares a source and prints the funnel. */
  int prepare(Source source) throws IOException {
    SplitKind kind = split == null ? SplitKind.SHIPPED : SplitKind.parse(split);
    if (split != null && kind == SplitKind.SHIPPED) {
      throw new InvalidInputException(
          "--split: expected random, temporal or leave-one-out, got 'shipped'; leave the option out"
              + " to keep the source's own split");
    }
    PrepareOptions options =
        new PrepareOptions(
            kCore == null ? OptionalInt.empty() : OptionalInt.of(kCore),
            kind,
            seed,
            minRating == null ? OptionalDouble.empty() : OptionalDouble.of(minRating),
            since,
            until,
            memory,
            threads.count());
    Funnel funnel;
    try (CountDisplay display = new CountDisplay()) {
      funnel = Preparation.run(source, options, out, display::show);
    }
    if (funnel.parts().validation() == 0 || funnel.parts().test() == 0) {
      System.err.printf(
          "warning: %s has %d validation and %d test interactions: without the one nothing stops"
              + " training early, without the other no model can be measured%n",
          out, funnel.parts().validation(), funnel.parts().test());
    }
    if (json) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("out", out.toString());
      answer.putAll(funnel.toMap());
      Json.print(answer);
    } else {
      System.out.print(funnel.toText());
      System.out.println(out);
    }
    return Main.DONE;
  }
}
