package dev.medley.data;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is worth knowing of a dataset before training on it. Counts are of distinct pairs, before
 * users without training interactions are left out.
 *
 * @param split how the three sets came about, as {@code "x_label"} or {@code "random(seed 0)"}
 * @param density interactions / (users × items)
 * @param trainRatio share of training, of all interactions
 * @param validationRatio share of validation
 * @param testRatio share of test
 * @param duplicates lines that repeat a pair within its split
 * @param leaks pairs in more than one split
 * @param coldUsers users with held-out but without training interactions
 * @param coldUserInteractions held-out interactions that are left out because of them
 * @param coldItems items without a training interaction
 * @param minPerUser interactions of the user with the fewest
 * @param medianPerUser interactions of the user in the middle
 * @param maxPerUser interactions of the user with the most
 * @param nearDuplicates groups of items with the same features under different ids
 * @param warnings what was counted and mended on reading, one sentence each
 */
public record Inspection(
    String name,
    String contentHash,
    String split,
    int users,
    int items,
    int train,
    int validation,
    int test,
    double density,
    double trainRatio,
    double validationRatio,
    double testRatio,
    int duplicates,
    int leaks,
    int coldUsers,
    int coldUserInteractions,
    int coldItems,
    int minPerUser,
    double medianPerUser,
    int maxPerUser,
    List<Modality> modalities,
    List<List<String>> nearDuplicates,
    List<String> warnings) {

  /**
   * One kind of features.
   *
   * @param dimension numbers per item
   * @param present how many items have it
   */
  public record Modality(String name, int dimension, int present) {}

  /** Takes copies of the lists. */
  public Inspection {
    modalities = List.copyOf(modalities);
    nearDuplicates = List.copyOf(nearDuplicates);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads and inspects a folder.
   *
   * @throws dev.medley.core.InvalidInputException if a file is missing or not as it should be
   * @throws IOException if a file cannot be read
   */
  public static Inspection of(Path folder, ReadOptions options) throws IOException {
    FolderReader.Result result = FolderReader.read(folder, options);
    return of(result.dataset(), result.duplicates(), result.leaks());
  }

  private static Inspection of(Dataset dataset, int duplicates, int leaks) {
    Interactions train = dataset.train();
    int[] perUser = new int[train.users()];
    int coldUsers = 0;
    int coldUserInteractions = 0;
    for (int user = 0; user < perUser.length; user++) {
      int held = dataset.validation().count(user) + dataset.test().count(user);
      perUser[user] = train.count(user) + held;
      if (train.count(user) == 0 && held > 0) {
        coldUsers++;
        coldUserInteractions += held;
      }
    }
    Arrays.sort(perUser);
    int middle = perUser.length / 2;
    double median =
        perUser.length % 2 == 1 ? perUser[middle] : (perUser[middle - 1] + perUser[middle]) / 2.0;
    int coldItems = (int) Arrays.stream(train.itemCounts()).filter(count -> count == 0).count();
    double total = (double) train.size() + dataset.validation().size() + dataset.test().size();
    return new Inspection(
        dataset.name(),
        dataset.contentHash(),
        dataset.split(),
        train.users(),
        train.items(),
        train.size(),
        dataset.validation().size(),
        dataset.test().size(),
        total / ((double) train.users() * train.items()),
        train.size() / total,
        dataset.validation().size() / total,
        dataset.test().size() / total,
        duplicates,
        leaks,
        coldUsers,
        coldUserInteractions,
        coldItems,
        perUser[0],
        median,
        perUser[perUser.length - 1],
        dataset.features().stream().map(Inspection::modality).toList(),
        NearDuplicates.of(dataset),
        Stream.concat(dataset.warnings().stream(), unmeasurable(dataset)).toList());
  }

  private static Stream<String> unmeasurable(Dataset dataset) {
    Stream.Builder<String> warnings = Stream.builder();
    if (dataset.validation().size() == 0) {
      warnings.add("no validation interactions: nothing stops training early or decides settings");
    }
    if (dataset.test().size() == 0) {
      warnings.add("no test interactions: no model can be measured");
    }
    return warnings.build();
  }

  private static Modality modality(FeatureMatrix matrix) {
    return new Modality(matrix.modality(), matrix.dimension(), matrix.presentCount());
  }

  /** 1 − density: the share of the user–item matrix that is empty. */
  public double sparsity() {
    return 1 - density;
  }

  /** A report for people, several lines with a line end each. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "dataset", name);
    line(text, "content", contentHash);
    line(text, "users", whole(users));
    line(text, "items", whole(items));
    line(
        text,
        "interactions",
        format("%s (%.4f %% sparse)", whole(train + validation + test), 100 * sparsity()));
    line(text, "split", split);
    line(text, "  train", format("%s (%.1f %%)", whole(train), 100 * trainRatio));
    line(text, "  validation", format("%s (%.1f %%)", whole(validation), 100 * validationRatio));
    line(text, "  test", format("%s (%.1f %%)", whole(test), 100 * testRatio));
    line(
        text,
        "per user",
        format("%d … %d, median %s", minPerUser, maxPerUser, shortest(medianPerUser)));
    line(text, "duplicates", whole(duplicates));
    line(text, "leaks", Count.of(leaks, "pair") + " in several splits");
    line(
        text,
        "cold users",
        format(
            "%s held out without training, %s interactions left out",
            whole(coldUsers), whole(coldUserInteractions)));
    line(text, "cold items", whole(coldItems) + " without a training interaction");
    if (modalities.isEmpty()) {
      line(text, "modalities", "none");
    }
    for (Modality modality : modalities) {
      line(
          text,
          modality.name,
          format(
              "%d numbers, %s of %s items",
              modality.dimension, whole(modality.present), whole(items)));
    }
    if (!nearDuplicates.isEmpty()) {
      line(
          text,
          "same features",
          format(
              "%s of items under different ids, as %s",
              Count.of(nearDuplicates.size(), "group"),
              String.join(
                  ", ",
                  nearDuplicates.get(0).subList(0, Math.min(4, nearDuplicates.get(0).size())))));
    }
    for (String warning : warnings) {
      line(text, "warning", warning);
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(format("%-13s %s\n", key, value));
  }

  private static String whole(int number) {
    return format("%,d", number);
  }

  private static String shortest(double number) {
    return number == Math.rint(number) ? format("%.0f", number) : format("%.1f", number);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** One JSON object; its keys are stable. */
  public String toJson() {
    JsonMapper mapper = new JsonMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("name", name).put("content_sha256", contentHash).put("split", split);
    root.put("users", users).put("items", items);
    root.put("train", train).put("validation", validation).put("test", test);
    root.put("density", density).put("sparsity", sparsity());
    root.putObject("split_ratios")
        .put("train", trainRatio)
        .put("validation", validationRatio)
        .put("test", testRatio);
    root.put("duplicates", duplicates).put("leaks", leaks);
    root.put("cold_users", coldUsers).put("cold_user_interactions", coldUserInteractions);
    root.put("cold_items", coldItems);
    root.putObject("interactions_per_user")
        .put("min", minPerUser)
        .put("median", medianPerUser)
        .put("max", maxPerUser);
    ArrayNode list = root.putArray("modalities");
    for (Modality modality : modalities) {
      list.addObject()
          .put("name", modality.name)
          .put("dimension", modality.dimension)
          .put("present", modality.present);
    }
    ArrayNode groups = root.putArray("near_duplicates");
    for (List<String> group : nearDuplicates) {
      ArrayNode ids = groups.addArray();
      group.forEach(ids::add);
    }
    ArrayNode sentences = root.putArray("warnings");
    warnings.forEach(sentences::add);
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
