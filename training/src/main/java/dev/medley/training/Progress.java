package dev.medley.training;

import dev.medley.core.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far training has come, apart from tensors. Every random stream is a child of the seed by
 * phase and epoch, so the epoch's number is all that is needed to draw the same again.
 */
final class Progress {
  /** What this code keeps, and the only one that it goes on from. */
  static final int VERSION = 1;

  static final String VERSION_KEY = "format_version";

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
        VERSION_KEY,
        Integer.toString(VERSION),
        "phase",
        Integer.toString(phase),
        "epoch",
        Integer.toString(epoch),
        "evaluations",
        Integer.toString(evaluations),
        "best_epoch",
        Integer.toString(bestEpoch),
        "best",
        Double.toString(best),
        "since_best",
        Integer.toString(sinceBest),
        "phase_done",
        Boolean.toString(phaseDone),
        "epoch_seconds",
        join(epochSeconds),
        "evaluation_seconds",
        join(evaluationSeconds));
  }

  /**
   * What {@link #toMetadata} gave.
   *
   * @param file for the message
   * @throws InvalidInputException if a field is missing, is no number, or cannot be, or if the
   *     version is another one
   */
  static Progress ofMetadata(Map<String, String> metadata, Path file) {
    Fields fields = new Fields(metadata, file);
    if (fields.count(VERSION_KEY) != VERSION) {
      throw fields.refusal(VERSION_KEY, Integer.toString(VERSION));
    }
    Progress progress = new Progress();
    progress.phase = fields.count("phase");
    progress.epoch = fields.count("epoch");
    progress.evaluations = fields.count("evaluations");
    progress.bestEpoch = fields.count("best_epoch");
    progress.best = fields.number("best");
    progress.sinceBest = fields.count("since_best");
    progress.phaseDone = fields.truth("phase_done");
    progress.epochSeconds.addAll(fields.numbers("epoch_seconds"));
    progress.evaluationSeconds.addAll(fields.numbers("evaluation_seconds"));
    return progress;
  }

  /** The metadata of one file, read field by field. */
  private record Fields(Map<String, String> metadata, Path file) {

    InvalidInputException refusal(String key, String expected) {
      String got = metadata.get(key);
      return new InvalidInputException(
          "%s, field %s: expected %s, got %s"
              .formatted(file, key, expected, got == null ? "no such field" : "'" + got + "'"));
    }

    private String text(String key) {
      return metadata.getOrDefault(key, "?"); // which is none of the values below
    }

    int count(String key) {
      try {
        int count = Integer.parseInt(text(key));
        if (count >= 0) {
          return count;
        }
      } catch (NumberFormatException notOne) {
        // refused below
      }
      throw refusal(key, "a whole number of at least 0");
    }

    double number(String key) {
      try {
        return Double.parseDouble(text(key));
      } catch (NumberFormatException notOne) {
        throw refusal(key, "a number");
      }
    }

    boolean truth(String key) {
      return switch (text(key)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw refusal(key, "true or false");
      };
    }

    List<Double> numbers(String key) {
      List<Double> numbers = new ArrayList<>();
      try {
        for (String value : text(key).isEmpty() ? new String[0] : text(key).split(" ", -1)) {
          numbers.add(Double.parseDouble(value));
        }
      } catch (NumberFormatException notOne) {
        throw refusal(key, "numbers");
      }
      return numbers;
    }
  }

  private static String join(List<Double> values) {
    return String.join(" ", values.stream().map(value -> Double.toString(value)).toList());
  }
}
