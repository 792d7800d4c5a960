package dev.medley.bench;

import dev.medley.cli.Hyperparameter;
import dev.medley.cli.Models;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.models.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings among which a search draws, by model: {@code search-spaces.txt}. */
final class SearchSpace {
  private static final String FILE = "search-spaces.txt";
  private static final String ANY = "any";
  private static final int MOST_REDRAWS = 1_000;

  private final String model;
  private final Map<String, List<String>> values; // by key; what a trial may take

  private SearchSpace(String model, Map<String, List<String>> values) {
    this.model = model;
    this.values = values;
  }

  /** The space of a model. */
  static SearchSpace of(String model) {
    Map<String, Map<String, List<String>>> sections = read();
    Map<String, List<String>> any = sections.getOrDefault(ANY, Map.of());
    Map<String, List<String>> own = sections.getOrDefault(model, Map.of());
    if (own.isEmpty() && Models.named(model).training().equals("gradient")) {
      throw new IllegalStateException(
          FILE + ": expected a section [" + model + "], got none: each model is given its own");
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (Hyperparameter parameter : Models.named(model).hyperparameters()) {
      String key = parameter.name();
      List<String> list =
          own.getOrDefault(key, parameter.byDefault() == null ? List.of() : any.get(key));
      if (list != null && !list.isEmpty()) {
        values.put(key, list);
      }
    }
    for (String key : own.keySet()) {
      if (Models.named(model).hyperparameters().stream().noneMatch(p -> p.name().equals(key))) {
        throw new IllegalStateException(FILE + ": " + model + " has no hyperparameter " + key);
      }
    }
    return new SearchSpace(model, values);
  }

  private static Map<String, Map<String, List<String>>> read() {
    try (@Nullable InputStream in = SearchSpace.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + ": not among the classes");
      }
      Map<String, Map<String, List<String>>> sections = new LinkedHashMap<>();
      Map<String, List<String>> section = new LinkedHashMap<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String text = line.strip();
        if (text.startsWith("[")) {
          section = new LinkedHashMap<>();
          sections.put(text.substring(1, text.length() - 1), section);
        } else if (!text.isEmpty() && !text.startsWith("#")) {
          String[] parts = text.split("\\s*=\\s*", 2);
          section.put(parts[0], parts[1].isEmpty() ? List.of() : List.of(parts[1].split("\\s+")));
        }
      }
      return sections;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Settings as {@code KEY=VALUE}, the same each time: the defaults, then draws. No two mean the
   * same, also where one names what is another's default; fewer where there are no more.
   */
  List<List<String>> trials(int count) {
    List<List<String>> trials = new ArrayList<>(List.of(settings(key -> null)));
    Set<Map<String, @Nullable Object>> meant = new HashSet<>(List.of(resolved(trials.get(0))));
    RandomStream random = new Seed(1).child("search").child(model).stream();
    for (int redraws = 0; trials.size() < count && redraws < MOST_REDRAWS; redraws++) {
      List<String> drawn = settings(list -> list.get(random.nextInt(list.size())));
      if (meant.add(resolved(drawn))) {
        trials.add(drawn);
      }
    }
    return trials;
  }

  private Map<String, @Nullable Object> resolved(List<String> settings) {
    return recipe(model, settings).settings().resolved();
  }

  /** What a trial trains. */
  static Models.Recipe recipe(String model, List<String> settings) {
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      given.put(parts[0], new Settings.Given(parts[1], FILE));
    }
    return Models.named(model).recipe(new Settings(given));
  }

  /** Picks a value from those of a key, or the default. */
  private interface Choice {
    @Nullable String of(List<String> list);
  }

  private List<String> settings(Choice choice) {
    List<String> settings = new ArrayList<>();
    values.forEach(
        (key, list) -> {
          String value = list.size() == 1 ? list.get(0) : choice.of(list);
          if (value != null) {
            settings.add(key + "=" + value);
          }
        });
    return settings;
  }
}
