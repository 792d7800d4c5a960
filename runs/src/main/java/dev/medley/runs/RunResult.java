package dev.medley.runs;

import dev.medley.core.Dataset;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything that finishes a run.
 *
 * @param dataset what was trained on; its ids, descriptions and interactions are kept, and its
 *     features where they take at most {@link UnfinishedRun#MAX_FEATURE_BYTES}
 * @param perUser the test metrics of every evaluated user
 * @param files parameters and whatever the scorer needs, in the order of writing
 * @param outcome how it went; asked for when all else is written, so that it can tell of that too
 * @param chosen hyperparameters that were left to validation, and what it decided
 */
public record RunResult(
    Dataset dataset,
    RunMetrics metrics,
    PerUser perUser,
    List<RunFile> files,
    Supplier<RunOutcome> outcome,
    Map<String, Object> chosen) {

  /** Takes copies. */
  public RunResult {
    files = List.copyOf(files);
    chosen = Map.copyOf(chosen);
  }
}
