package dev.medley.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The whole rows of a run's {@code history.csv}; a last one that was cut is not among them. */
final class RunHistory {
  private final List<String> header;
  private final List<List<String>> rows;

  private RunHistory(List<String> header, List<List<String>> rows) {
    this.header = header;
    this.rows = rows;
  }

  /** The history of a run, finished or not; empty where there is none. */
  static RunHistory of(Path run) throws IOException {
    Path file = run.resolve("history.csv");
    String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    List<List<String>> lines = new ArrayList<>();
    text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .forEach(line -> lines.add(List.of(line.split(",", -1))));
    return lines.isEmpty()
        ? new RunHistory(List.of(), List.of())
        : new RunHistory(lines.get(0), lines.subList(1, lines.size()));
  }

  private List<String> column(String name) {
    int column = header.indexOf(name);
    return rows.stream().map(row -> row.get(column)).toList();
  }

  /** What it has been trained for. */
  double seconds() {
    return column("seconds").stream().mapToDouble(Double::parseDouble).sum();
  }

  /** The last epoch that was evaluated, 0 before the first one. */
  int lastEpoch() {
    List<String> epochs = column("epoch");
    return epochs.isEmpty() ? 0 : Integer.parseInt(epochs.get(epochs.size() - 1));
  }

  /** How many phases have been evaluated. */
  int phases() {
    return (int) column("phase").stream().distinct().count();
  }
}
