package dev.medley.runs;

import dev.medley.core.Dataset;
import java.util.List;

/**
 * Everything that finishes a run.
 *
 * @param dataset what was trained on; its ids, descriptions and interactions are kept, and its
 *     features where they take at most {@link UnfinishedRun#MAX_FEATURE_BYTES}
 * @param perUser the test metrics of every evaluated user
 * @param files parameters and whatever the scorer needs, in the order of writing
 */
public record RunResult(
    Dataset dataset, RunMetrics metrics, PerUser perUser, List<RunFile> files, RunOutcome outcome) {

  /** Takes a copy of {@code files}. */
  public RunResult {
    files = List.copyOf(files);
  }
}
