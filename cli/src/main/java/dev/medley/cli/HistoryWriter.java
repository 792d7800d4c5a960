package dev.medley.cli;

import dev.medley.models.Phase;
import dev.medley.runs.History;
import dev.medley.runs.UnfinishedRun;
import dev.medley.training.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes each evaluation, and each candidate left out, into the run's {@code history.csv}. */
final class HistoryWriter implements TrainingListener {
  private final UnfinishedRun run;
  private final List<String> losses;
  private final List<String> metrics;
  private @Nullable History history;

  HistoryWriter(UnfinishedRun run, List<String> losses, List<String> metrics) {
    this.run = run;
    this.losses = losses;
    this.metrics = metrics;
  }

  @Override
  public void resumed(int evaluations) {
    try {
      history = run.resumeHistory(losses, metrics, evaluations);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void phaseStarted(Phase phase, int epochsDone) {
    begun();
  }

  @Override
  public void evaluated(Evaluated evaluated) {
    Map<String, Double> columns = new LinkedHashMap<>(evaluated.losses());
    columns.putAll(evaluated.forgetting());
    append(
        new History.Row(
            evaluated.phase(),
            evaluated.epoch(),
            columns,
            evaluated.metrics(),
            evaluated.seconds()));
  }

  /** A row without metrics. */
  @Override
  public void leftOut(String phase, int number, String reason, double seconds) {
    append(new History.Row(phase, number, Map.of(), Map.of(), seconds));
  }

  private void append(History.Row row) {
    try {
      begun().append(row);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private History begun() {
    History begun = history;
    if (begun == null) {
      try {
        begun = run.startHistory(losses, metrics);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      history = begun;
    }
    return begun;
  }
}
