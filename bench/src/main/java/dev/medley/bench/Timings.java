package dev.medley.bench;

import java.util.Arrays;
import java.util.Locale;

/** Times forms of the same work in turn, so that a change in the machine's speed hits all alike. */
final class Timings {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Some work. */
  interface Work {
    /** Does it once. */
    void run() throws Exception;
  }

  private Timings() {}

  /** The median of {@code rounds} runs in milliseconds, after {@code warmup} that do not count. */
  static double median(int warmup, int rounds, Work work) throws Exception {
    return medians(warmup, rounds, work)[0];
  }

  /** The medians of several works in milliseconds, run in turn. */
  static double[] medians(int warmup, int rounds, Work... works) throws Exception {
    double[][] times = new double[works.length][rounds];
    for (int round = -warmup; round < rounds; round++) {
      for (int k = 0; k < works.length; k++) {
        long start = System.nanoTime();
        works[k].run();
        if (round >= 0) {
          times[k][round] = (System.nanoTime() - start) / NANOS_PER_MILLI;
        }
      }
    }
    double[] medians = new double[works.length];
    for (int k = 0; k < works.length; k++) {
      Arrays.sort(times[k]);
      medians[k] = times[k][rounds / 2];
    }
    return medians;
  }

  static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
