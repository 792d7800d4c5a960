package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code run.json} says: provenance, how it went, and what else is in the folder.
 *
 * @param formatVersion of the folder's layout, 1 … {@link RunLayout#FORMAT_VERSION}
 * @param perUserColumns the columns of {@code per_user.npy}, the first of them {@code user}
 * @param featuresOmitted whether the dataset had features that were too large to keep
 * @param files SHA-256 by path, of every file but run.json itself
 */
public record RunSummary(
    int formatVersion,
    RunRequest request,
    RunOutcome outcome,
    List<String> perUserColumns,
    boolean featuresOmitted,
    Map<String, String> files) {

  /** Takes copies; the files are sorted by path. */
  public RunSummary {
    perUserColumns = List.copyOf(perUserColumns);
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /** This summary as the text of {@code run.json}. */
  public String toJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("format_version", formatVersion);
    request.addTo(fields);
    fields.put("epochs", outcome.epochs());
    fields.put("best_epoch", outcome.bestEpoch());
    fields.put("parameters", outcome.parameters());
    fields.put("seconds_per_epoch", outcome.secondsPerEpoch());
    fields.put("seconds_per_evaluation", outcome.secondsPerEvaluation());
    fields.put("seconds_total", outcome.secondsTotal());
    fields.put("peak_rss_mb", outcome.peakRssMb());
    fields.put("finished_at", outcome.finishedAt().toString());
    fields.put("per_user_columns", perUserColumns);
    fields.put("features_omitted", featuresOmitted);
    fields.put("files", files);
    return RunJson.text(fields);
  }

  /**
   * Reads {@code run.json}.
   *
   * @throws InvalidInputException if it is of a newer version, or damaged
   */
  public static RunSummary read(Path file) throws IOException {
    RunJson.Fields fields = RunJson.read(file);
    int version = requireKnownVersion(fields);
    Instant finishedAt;
    try {
      finishedAt = Instant.parse(fields.text("finished_at"));
    } catch (DateTimeParseException malformed) {
      throw fields.refusal("finished_at", "a time as 2026-01-31T12:00:00Z");
    }
    List<String> columns = fields.texts("per_user_columns");
    if (columns.isEmpty() || !columns.get(0).equals(PerUser.USER)) {
      throw fields.refusal("per_user_columns", "a list that begins with 'user'");
    }
    Map<String, String> files = fields.object("files").textMap();
    for (String name : files.keySet()) {
      if (!RunLayout.isInside(name)) {
        throw fields.refusal("files", "paths inside the folder");
      }
    }
    return new RunSummary(
        version,
        RunRequest.of(fields),
        new RunOutcome(
            fields.countOrNull("epochs"),
            fields.countOrNull("best_epoch"),
            fields.integer("parameters"),
            fields.numberOrNull("seconds_per_epoch"),
            fields.numberOrNull("seconds_per_evaluation"),
            fields.number("seconds_total"),
            fields.numberOrNull("peak_rss_mb"),
            finishedAt),
        columns,
        fields.truth("features_omitted"),
        files);
  }

  static int requireKnownVersion(RunJson.Fields fields) {
    long version = fields.integer("format_version");
    if (version > RunLayout.FORMAT_VERSION) {
      throw new InvalidInputException(
          "%s, field format_version: expected at most %d, got %d; use the newer Medley that wrote it"
              .formatted(fields.file(), RunLayout.FORMAT_VERSION, version));
    }
    if (version < 1) {
      throw fields.refusal("format_version", "an integer of at least 1");
    }
    return (int) version;
  }
}
