package dev.medley.bench;

import dev.medley.cli.StopSignals;
import dev.medley.core.InvalidInputException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Runs the benchmark named on the command line and prints what it measured. */
public final class Main {

  /** A benchmark. */
  interface Benchmark {
    /** Measures and prints. */
    void run(String... arguments) throws Exception;
  }

  private static final Map<String, Benchmark> ALL =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("lightgcn-step", LightGcnStep::run),
              Map.entry("cadmr-step", CadmrStep::run),
              Map.entry("electronics", Electronics::run),
              Map.entry("bounds", StepBounds::run),
              Map.entry("bf16", RoundedProduct::run),
              Map.entry("ease", EaseFit::run),
              Map.entry("ials", IalsIteration::run),
              Map.entry("ranking", Ranking::run),
              Map.entry("sampling", Sampling::run),
              Map.entry("freedom", FreedomEpoch::run),
              Map.entry("features", FeatureRates::run),
              Map.entry("memory", Memory::run),
              Map.entry("prepare", PrepareSpeed::run),
              Map.entry("generate", Generate::run),
              Map.entry("epochs", EpochTimes::run),
              Map.entry("grid", Grid::run),
              Map.entry("leaks", Leaks::run),
              Map.entry("search", Search::run)));

  private Main() {}

  /** Runs one benchmark; see docs/benchmarks.md. */
  public static void main(String[] arguments) throws Exception {
    StopSignals.endAtOnce();
    Benchmark benchmark = arguments.length == 0 ? null : ALL.get(arguments[0]);
    if (benchmark == null) {
      System.err.println("bench: expected one of " + String.join(", ", ALL.keySet()));
      Runtime.getRuntime().halt(2);
      return;
    }
    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    try {
      benchmark.run(rest);
    } catch (InvalidInputException refusal) {
      System.err.println(refusal.getMessage());
      Runtime.getRuntime().halt(2);
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
