package dev.medley.prepare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of the interactions, stage by stage, and everything that was left out on the way.
 *
 * @param source the source with its files
 * @param stages from what was read to what was split
 * @param parts interactions of training, validation and test
 * @param items how many items the dataset has, also without interactions
 * @param described how many of them have a title, description, brand or category
 * @param pictures how many have a picture in the folder
 * @param modalities the vectors that came with the source
 * @param drops what was left out, in the order of the stages
 */
public record Funnel(
    String source,
    List<Stage> stages,
    Parts parts,
    long items,
    long described,
    long pictures,
    List<Vectors> modalities,
    List<Drop> drops) {

  /**
   * What is left behind one step.
   *
   * @param name the step
   * @param interactions left
   * @param users left; −1 where they are not counted
   * @param items with an interaction left; −1 where they are not counted
   * @param note how the step went, may be empty
   */
  public record Stage(String name, long interactions, long users, long items, String note) {}

  /**
   * The split.
   *
   * @param kind as {@code random(seed 0)}
   */
  public record Parts(String kind, long train, long validation, long test) {}

  /**
   * Vectors of one modality.
   *
   * @param dimension numbers per item
   * @param present items that have one
   */
  public record Vectors(String modality, int dimension, long present) {}

  /**
   * One reason for leaving something out.
   *
   * @param stage the step that did
   * @param reason what was wrong
   * @param count how often
   * @param first the first place, as {@code reviews.json line 17}; may be empty
   */
  public record Drop(String stage, String reason, long count, String first) {}

  /** Takes copies of the lists. */
  public Funnel {
    stages = List.copyOf(stages);
    modalities = List.copyOf(modalities);
    drops = List.copyOf(drops);
  }

  /** A table for people, several lines with a line end each. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append(format("%-24s %14s %12s %12s\n", "", "interactions", "users", "items"));
    for (Stage stage : stages) {
      text.append(
          format(
              "%-24s %,14d %12s %12s%s\n",
              stage.name,
              stage.interactions,
              count(stage.users),
              count(stage.items),
              stage.note.isEmpty() ? "" : "   " + stage.note));
      drops(text, stage.name);
    }
    text.append(
        format(
            "%-24s %,d train, %,d validation, %,d test\n",
            "split " + parts.kind, parts.train, parts.validation, parts.test));
    text.append(format("%-24s %,d, %,d of them described", "items", items, described));
    text.append(pictures > 0 ? format(", %,d with a picture\n", pictures) : "\n");
    drops(text, "items");
    for (Vectors vectors : modalities) {
      text.append(
          format(
              "%-24s %,d numbers, %,d of %,d items\n",
              vectors.modality, vectors.dimension, vectors.present, items));
    }
    drops(text, "vectors");
    return text.toString();
  }

  private void drops(StringBuilder text, String stage) {
    for (Drop drop : drops) {
      if (drop.stage.equals(stage)) {
        text.append(
            format(
                "  %,d %s%s\n",
                drop.count,
                drop.reason,
                drop.first.isEmpty() ? "" : " (first: " + drop.first + ")"));
      }
    }
  }

  private static String count(long number) {
    return number < 0 ? "" : format("%,d", number);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** The same as maps, lists, texts and numbers, for JSON; keys are stable. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", source);
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Stage stage : stages) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("stage", stage.name);
      step.put("interactions", stage.interactions);
      if (stage.users >= 0) {
        step.put("users", stage.users);
        step.put("items", stage.items);
      }
      if (!stage.note.isEmpty()) {
        step.put("note", stage.note);
      }
      steps.add(step);
    }
    map.put("funnel", steps);
    List<Map<String, Object>> dropped = new ArrayList<>();
    for (Drop drop : drops) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("stage", drop.stage);
      one.put("reason", drop.reason);
      one.put("count", drop.count);
      if (!drop.first.isEmpty()) {
        one.put("first", drop.first);
      }
      dropped.add(one);
    }
    map.put("dropped", dropped);
    map.put("split", parts.kind);
    map.put("train", parts.train);
    map.put("validation", parts.validation);
    map.put("test", parts.test);
    map.put("items", items);
    map.put("described", described);
    map.put("pictures", pictures);
    List<Map<String, Object>> features = new ArrayList<>();
    for (Vectors vectors : modalities) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", vectors.modality);
      one.put("dimension", vectors.dimension);
      one.put("present", vectors.present);
      features.add(one);
    }
    map.put("modalities", features);
    return map;
  }
}
