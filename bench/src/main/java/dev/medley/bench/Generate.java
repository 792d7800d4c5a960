package dev.medley.bench;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.data.DatasetFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a dataset of a given size without meaning: {@code generate DIR USERS ITEMS INTERACTIONS
 * [MODALITY=DIMENSION]…}.
 */
final class Generate {

  private Generate() {}

  static void run(String... arguments) throws Exception {
    int users = Integer.parseInt(arguments[1]);
    int items = Integer.parseInt(arguments[2]);
    Interactions train =
        Generated.interactions(users, items, Integer.parseInt(arguments[3]), new Seed(1));
    List<FeatureMatrix> features = new ArrayList<>();
    for (int k = 4; k < arguments.length; k++) {
      String[] parts = arguments[k].split("=", 2);
      features.add(new Generated.Features(parts[0], items, Integer.parseInt(parts[1])));
    }
    Path folder = Path.of(arguments[0]);
    Dataset dataset =
        new Dataset(
            folder.getFileName().toString(),
            "",
            ids("user", users),
            ids("item", items),
            List.of(),
            train,
            Generated.heldOut(train, new Seed(3)),
            Generated.heldOut(train, new Seed(4)),
            features,
            "x_label",
            List.of());
    DatasetFolder.write(folder, dataset, "generated");
    System.out.println(folder);
  }

  private static Ids ids(String subject, int count) {
    return Ids.of(subject, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
