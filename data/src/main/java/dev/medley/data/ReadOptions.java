package dev.medley.data;

import dev.medley.core.Seed;
import dev.medley.formats.Npy;

/**
 * How a dataset folder is read.
 *
 * @param split any kind but {@link SplitKind#SHIPPED} overrides the {@code x_label} column
 * @param splitSeed the seed of a random split, apart from the seed of a run
 * @param mapAbove feature files of more bytes than this are mapped into memory instead of read
 */
public record ReadOptions(SplitKind split, Seed splitSeed, long mapAbove) {
  /** The shipped split, or a random one with seed 0; files above 16 MiB are mapped. */
  public static final ReadOptions DEFAULT =
      new ReadOptions(SplitKind.SHIPPED, new Seed(0), Npy.MAP_ABOVE);

  /** Another split than the shipped one. */
  public static ReadOptions split(SplitKind kind, long splitSeed) {
    return new ReadOptions(kind, new Seed(splitSeed), DEFAULT.mapAbove);
  }
}
