package dev.medley.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far training has come, apart from tensors. Every random stream is a child of the seed by
 * phase and epoch, so the epoch's number is all that is needed to draw the same again.
 */
final class Progress {
  int phase; // index of the phase at hand
  int epoch; // epochs done in it
  int evaluations; // in all phases
  int bestEpoch; // in the phase at hand, 0 before the first evaluation
  double best = Double.NEGATIVE_INFINITY;
  int sinceBest; // evaluations
  boolean phaseDone;
  final List<Double> epochSeconds = new ArrayList<>();
  final List<Double> evaluationSeconds = new ArrayList<>();

  void nextPhase() {
    phase++;
    epoch = 0;
    bestEpoch = 0;
    best = Double.NEGATIVE_INFINITY;
    sinceBest = 0;
    phaseDone = false;
  }

  /**
   * Notes an evaluation of {@code epoch}; true if it is the best of its phase.
   *
   * @param metric NaN where there is nobody to measure on
   * @param laterIsBetter whether, of two evaluations that measured nobody, the later one counts
   */
  boolean evaluated(int epoch, double metric, boolean laterIsBetter) {
    evaluations++;
    if (bestEpoch == 0 || metric > best || (laterIsBetter && Double.isNaN(metric))) {
      best = metric;
      bestEpoch = epoch;
      sinceBest = 0;
      return true;
    }
    sinceBest++;
    return false;
  }

  Map<String, String> toMetadata() {
    return Map.of(
        "phase", Integer.toString(phase),
        "epoch", Integer.toString(epoch),
        "evaluations", Integer.toString(evaluations),
        "best_epoch", Integer.toString(bestEpoch),
        "best", Double.toString(best),
        "since_best", Integer.toString(sinceBest),
        "phase_done", Boolean.toString(phaseDone),
        "epoch_seconds", join(epochSeconds),
        "evaluation_seconds", join(evaluationSeconds));
  }

  static Progress ofMetadata(Map<String, String> metadata) {
    Progress progress = new Progress();
    progress.phase = Integer.parseInt(value(metadata, "phase"));
    progress.epoch = Integer.parseInt(value(metadata, "epoch"));
    progress.evaluations = Integer.parseInt(value(metadata, "evaluations"));
    progress.bestEpoch = Integer.parseInt(value(metadata, "best_epoch"));
    progress.best = Double.parseDouble(value(metadata, "best"));
    progress.sinceBest = Integer.parseInt(value(metadata, "since_best"));
    progress.phaseDone = Boolean.parseBoolean(value(metadata, "phase_done"));
    split(value(metadata, "epoch_seconds"), progress.epochSeconds);
    split(value(metadata, "evaluation_seconds"), progress.evaluationSeconds);
    return progress;
  }

  private static String value(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException("checkpoint: expected the field " + key);
    }
    return value;
  }

  private static String join(List<Double> values) {
    return String.join(" ", values.stream().map(value -> Double.toString(value)).toList());
  }

  private static void split(String text, List<Double> values) {
    for (String value : text.isEmpty() ? new String[0] : text.split(" ")) {
      values.add(Double.parseDouble(value));
    }
  }
}
