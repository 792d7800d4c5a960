package dev.medley.prepare;

import dev.medley.core.InvalidInputException;
import dev.medley.data.ReadOptions;
import dev.medley.data.SplitKind;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the interactions of any source.
 *
 * @param kCore every user and item keeps at least so many interactions; 0 keeps the whole catalogue
 *     too; empty: what the source says
 * @param split {@link SplitKind#SHIPPED} is the source's own where it has one, else random
 * @param splitSeed of a random split
 * @param minRating interactions below it are left out
 * @param since a number in the source's unit or an ISO date; earlier ones are left out
 * @param until likewise; those at or after it are left out
 * @param memoryMebibytes what DuckDB may use before it goes to disk, at least 64
 * @param threads of DuckDB, at least 1
 */
public record PrepareOptions(
    OptionalInt kCore,
    SplitKind split,
    long splitSeed,
    OptionalDouble minRating,
    @Nullable String since,
    @Nullable String until,
    int memoryMebibytes,
    int threads) {
  /** So much memory DuckDB uses where nothing else is asked for: 1 GiB. */
  public static final int MEMORY_MEBIBYTES = 1024;

  /** The source's k-core and split, or a random one with seed 0; two threads. */
  public static final PrepareOptions DEFAULT =
      new PrepareOptions(
          OptionalInt.empty(),
          SplitKind.SHIPPED,
          0,
          OptionalDouble.empty(),
          null,
          null,
          MEMORY_MEBIBYTES,
          2);

  /** Refuses numbers out of range. */
  public PrepareOptions {
    if (kCore.isPresent() && kCore.getAsInt() < 0) {
      throw new InvalidInputException(
          "--k-core: expected at least 0, got " + kCore.getAsInt() + "; 0 keeps everything");
    }
    if (memoryMebibytes < 64) {
      throw new InvalidInputException(
          "--memory: expected at least 64 MiB, got " + memoryMebibytes + "; give more");
    }
    if (threads < 1) {
      throw new InvalidInputException("--threads: expected at least 1, got " + threads);
    }
    if (minRating.isPresent() && !Double.isFinite(minRating.getAsDouble())) {
      throw new InvalidInputException(
          "--min-rating: expected a number, got " + minRating.getAsDouble());
    }
    checkTime("--since", since);
    checkTime("--until", until);
  }

  private static void checkTime(String option, @Nullable String text) {
    if (text != null && !Double.isFinite(Values.time(text))) {
      throw new InvalidInputException(
          "%s: expected a number or a date as 2014-07-23 or 2014-07-23T12:00:00, got '%s'"
              .formatted(option, text));
    }
  }

  /** The same with another k-core. */
  public PrepareOptions withKCore(int k) {
    return new PrepareOptions(
        OptionalInt.of(k), split, splitSeed, minRating, since, until, memoryMebibytes, threads);
  }

  /** How the finished folder is read. */
  ReadOptions readOptions() {
    return ReadOptions.split(split, splitSeed);
  }
}
