package dev.medley.bench;

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
          Map.of(
              "cadmr-step", CadmrStep::run,
              "lightgcn-step", LightGcnStep::run,
              "bounds", StepBounds::run,
              "ranking", Ranking::run,
              "sampling", Sampling::run,
              "freedom", FreedomEpoch::run,
              "memory", Memory::run,
              "generate", Generate::run,
              "grid", Grid::run,
              "ease", EaseFit::run));

  private Main() {}

  /** Runs one benchmark; see docs/benchmarks.md. */
  public static void main(String[] arguments) throws Exception {
    Benchmark benchmark = arguments.length == 0 ? null : ALL.get(arguments[0]);
    if (benchmark == null) {
      System.err.println("bench: expected one of " + String.join(", ", ALL.keySet()));
      Runtime.getRuntime().halt(2);
      return;
    }
    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    benchmark.run(rest);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
