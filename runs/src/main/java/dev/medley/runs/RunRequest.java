package dev.medley.runs;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run was asked for: with the same code, equal requests give equal results.
 *
 * @param model the model's name, as {@code lightgcn}
 * @param hyperparameters every one of them by name: text, truth value, integer, finite number, list
 *     or map; the order is kept
 * @param dataset the dataset's name
 * @param datasetSha256 the hash of the dataset's content
 * @param split how the three sets came about, as {@code x_label} or {@code random(seed 0)}
 * @param seed of every random stream
 * @param threads at least 1
 * @param device {@code cpu} or {@code cuda:N}
 * @param options further options of the run that are no hyperparameters, as {@code impute}
 * @param versions the code that ran; it is recorded, and two requests may differ in it
 */
public record RunRequest(
    String model,
    Map<String, Object> hyperparameters,
    String dataset,
    String datasetSha256,
    String split,
    long seed,
    int threads,
    String device,
    Map<String, Object> options,
    Versions versions) {

  private static final String EPOCHS = "epochs";

  /**
   * The versions of what ran.
   *
   * @param medley Medley's own
   * @param java the virtual machine's
   * @param libraries those of libraries that decide results, as {@code libtorch}
   */
  public record Versions(String medley, String java, Map<String, String> libraries) {

    /** Takes a copy of {@code libraries} in its order. */
    public Versions {
      libraries = Collections.unmodifiableMap(new LinkedHashMap<>(libraries));
    }
  }

  /**
   * Takes copies of the maps, with every integer as Long and every float as Double.
   *
   * @throws IllegalArgumentException if a value is of a kind that JSON cannot give back
   */
  public RunRequest {
    hyperparameters = RunJson.plainMap(hyperparameters);
    options = RunJson.plainMap(options);
  }

  /** The same with these hyperparameters in place of those of the same names. */
  RunRequest withHyperparameters(Map<String, Object> chosen) {
    Map<String, Object> all = new LinkedHashMap<>(hyperparameters);
    all.putAll(chosen);
    return new RunRequest(
        model, all, dataset, datasetSha256, split, seed, threads, device, options, versions);
  }

  /**
   * Refuses to go on with another run's folder.
   *
   * @param now what is asked for now
   * @param where the file that holds this request, for the message
   * @throws InvalidInputException naming every difference; versions and the dataset's name are not
   *     compared
   */
  public void requireSame(RunRequest now, Path where) {
    List<Difference> differences = new ArrayList<>();
    compare(differences, "model", model, now.model);
    compare(differences, "dataset_sha256", datasetSha256, now.datasetSha256);
    compare(differences, "split", split, now.split);
    compare(differences, "seed", seed, now.seed);
    compare(differences, "threads", threads, now.threads);
    compare(differences, "device", device, now.device);
    compareMaps(differences, hyperparameters, now.hyperparameters);
    compareMaps(differences, options, now.options);
    if (!differences.isEmpty()) {
      List<String> sentences = new ArrayList<>();
      String as = " as in " + where;
      for (Difference difference : differences) {
        sentences.add(difference.expected + as + ", got " + difference.got);
        as = "";
      }
      throw new InvalidInputException(
          "a run of another request is there already: expected "
              + String.join("; ", sentences)
              + "; ask for the same or choose another --out");
    }
  }

  /**
   * Refuses to go on with a run that was begun otherwise. How many epochs it may take, may change:
   * the first of them are the same.
   *
   * @see #requireSame
   */
  public void requireResumable(RunRequest now, Path where) {
    @Nullable Object epochs = now.hyperparameters.get(EPOCHS);
    boolean both = epochs != null && hyperparameters.containsKey(EPOCHS);
    (both ? withHyperparameters(Map.of(EPOCHS, epochs)) : this).requireSame(now, where);
  }

  private record Difference(String expected, String got) {}

  private static void compareMaps(
      List<Difference> differences, Map<String, Object> expected, Map<String, Object> got) {
    Set<String> names = new LinkedHashSet<>(expected.keySet());
    names.addAll(got.keySet());
    for (String name : names) {
      compare(differences, name, expected.get(name), got.get(name));
    }
  }

  private static void compare(
      List<Difference> differences, String name, @Nullable Object expected, @Nullable Object got) {
    if (!Objects.equals(expected, got)) {
      differences.add(new Difference(name + " " + shown(expected), shown(got)));
    }
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "absent" : RunJson.oneLine(value.toString());
  }

  /** This request as the text of {@link RunLayout#REQUEST}. */
  String toJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("format_version", RunLayout.FORMAT_VERSION);
    addTo(fields);
    return RunJson.text(fields);
  }

  /**
   * Reads {@link RunLayout#REQUEST}, of a run that may be unfinished.
   *
   * @throws InvalidInputException if it cannot be read as one
   */
  public static RunRequest read(Path file) throws IOException {
    RunJson.Fields fields = RunJson.read(file);
    RunSummary.requireKnownVersion(fields);
    return of(fields);
  }

  void addTo(Map<String, @Nullable Object> fields) {
    fields.put("medley_version", versions.medley);
    fields.put("java", versions.java);
    fields.put("libraries", versions.libraries);
    fields.put("model", model);
    fields.put("dataset", dataset);
    fields.put("dataset_sha256", datasetSha256);
    fields.put("split", split);
    fields.put("seed", seed);
    fields.put("threads", threads);
    fields.put("device", device);
    fields.put("options", options);
    fields.put("hyperparameters", hyperparameters);
  }

  static RunRequest of(RunJson.Fields fields) {
    return new RunRequest(
        fields.text("model"),
        fields.object("hyperparameters").plainMap(),
        fields.text("dataset"),
        fields.text("dataset_sha256"),
        fields.text("split"),
        fields.integer("seed"),
        fields.count("threads"),
        fields.text("device"),
        fields.object("options").plainMap(),
        new Versions(
            fields.text("medley_version"),
            fields.text("java"),
            fields.object("libraries").textMap()));
  }
}
