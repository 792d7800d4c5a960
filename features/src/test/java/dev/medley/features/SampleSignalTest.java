package dev.medley.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.data.DatasetFolder;
import dev.medley.data.SampleCatalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the sample's pictures, texts and behaviour each tell something, after encoding. */
class SampleSignalTest {
  private static final Seed SEED = new Seed(1);
  private static final int NEIGHBORS = 10;

  @TempDir private static Path parent = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private static Dataset dataset;

  @SuppressWarnings("NullAway.Init")
  private static double[][] byImage;

  @BeforeAll
  static void write() {
    dataset = read("light", new FeatureRequest.Text.TfIdf());
    byImage = similarities(dataset.features().get(0));
  }

  private static Dataset read(String name, FeatureRequest.Text text) {
    Path folder = parent.resolve(name);
    FeatureRequest request =
        new FeatureRequest(
            text, new FeatureRequest.Image.Descriptor(), List.of(), TextField.ALL, 2);
    try {
      SampleCatalogue.write(
          folder, SEED, draft -> FeatureExtraction.run(draft, request, FeatureProgress.NONE));
      return DatasetFolder.read(folder);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void neighborsByPictureHaveTheSameColourAndPattern() {
    List<String> looks = SampleCatalogue.looks(SEED);
    assertThat(agreement(dataset.features().get(0), byImage, looks))
        .isGreaterThan(0.7); // measured: .80
  }

  @Test
  @Tag("slow") // encodes 600 texts with MiniLM
  void neighborsByTextHaveTheSameBrandAndMaterial() {
    Dataset encoded = read("minilm", new FeatureRequest.Text.MiniLm());
    List<String> texts =
        encoded.descriptions().stream()
            .map(item -> item.brand() + item.description().split("\\.", 2)[0])
            .toList();
    FeatureMatrix byText = encoded.features().get(1);
    assertThat(agreement(byText, similarities(byText), texts)).isGreaterThan(0.6); // measured: .70
  }

  /** The share of the nearest neighbours whose attributes are equal. */
  private static double agreement(
      FeatureMatrix features, double[][] cosines, List<String> attributes) {
    int equal = 0;
    int all = 0;
    for (int item = 0; item < cosines.length; item++) {
      if (features.isPresent(item)) {
        int self = item;
        List<Integer> nearest =
            IntStream.range(0, cosines.length)
                .boxed()
                .filter(other -> other != self)
                .sorted(Comparator.comparingDouble(other -> -cosines[self][other]))
                .limit(NEIGHBORS)
                .toList();
        for (int other : nearest) {
          equal += attributes.get(item).equals(attributes.get(other)) ? 1 : 0;
          all++;
        }
      }
    }
    return equal / (double) all;
  }

  @Test
  void textImageAndBehaviourEachTellSomething() {
    Interactions train = dataset.train();
    double[][] popularity = {IntStream.of(train.itemCounts()).asDoubleStream().toArray()};
    double[][] byText = similarities(dataset.features().get(1));
    double[][] byBehaviour = similarities(train.transposed());
    double[][] byBoth = sum(byImage, byText);

    double popular = recall(dataset, popularity);
    double image = recall(dataset, byImage);
    double text = recall(dataset, byText);
    double behaviour = recall(dataset, byBehaviour);
    double both = recall(dataset, byBoth);
    double all = recall(dataset, sum(byBoth, byBehaviour));
    System.out.printf(
        "recall@20 on the sample: popular %.3f, image %.3f, text %.3f, behaviour %.3f, both %.3f, all %.3f%n",
        popular, image, text, behaviour, both, all);
    // measured: .079, .213, .288, .228, .366, .383
    assertThat(image).isGreaterThan(1.4 * popular);
    assertThat(text).isGreaterThan(1.4 * popular);
    assertThat(behaviour).isGreaterThan(1.1 * popular);
    assertThat(both).isGreaterThan(1.2 * Math.max(image, text));
    assertThat(both).isGreaterThan(behaviour);
    assertThat(all).isGreaterThan(both);
  }

  /** Mean Recall@20 of the items most similar to a user's training items; one row: scores. */
  private static double recall(Dataset dataset, double[][] similarities) {
    double sum = 0;
    int users = dataset.train().users();
    for (int user = 0; user < users; user++) {
      double[] scores = new double[dataset.items().size()];
      for (int item : dataset.train().itemsOf(user)) {
        double[] row = similarities[similarities.length == 1 ? 0 : item];
        Arrays.setAll(scores, k -> scores[k] + row[k]);
      }
      for (int item : dataset.train().itemsOf(user)) {
        scores[item] = Double.NEGATIVE_INFINITY;
      }
      double[] sorted = scores.clone();
      Arrays.sort(sorted);
      double threshold = sorted[sorted.length - 20];
      int[] relevant = dataset.test().itemsOf(user);
      sum +=
          IntStream.of(relevant).filter(item -> scores[item] >= threshold).count()
              / (double) relevant.length;
    }
    return sum / users;
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][];
    Arrays.setAll(
        sum, k -> IntStream.range(0, a.length).mapToDouble(j -> a[k][j] + b[k][j]).toArray());
    return sum;
  }

  private static double[][] similarities(FeatureMatrix matrix) {
    float[][] rows = new float[matrix.rows()][matrix.dimension()];
    for (int k = 0; k < rows.length; k++) {
      matrix.copyRow(k, rows[k], 0);
    }
    double[][] products = new double[rows.length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j <= i; j++) {
        double product = 0;
        for (int k = 0; k < rows[i].length; k++) {
          product += (double) rows[i][k] * rows[j][k];
        }
        products[i][j] = product;
        products[j][i] = product;
      }
    }
    return cosines(products);
  }

  private static double[][] similarities(Interactions usersOfItem) {
    double[][] products = new double[usersOfItem.users()][usersOfItem.users()];
    for (int i = 0; i < products.length; i++) {
      for (int user : usersOfItem.itemsOf(i)) {
        for (int j = 0; j < products.length; j++) {
          products[i][j] += usersOfItem.contains(j, user) ? 1 : 0;
        }
      }
    }
    return cosines(products);
  }

  private static double[][] cosines(double[][] products) {
    double[][] cosines = new double[products.length][products.length];
    for (int i = 0; i < products.length; i++) {
      for (int j = 0; j < products.length; j++) {
        double norm = Math.sqrt(products[i][i] * products[j][j]);
        cosines[i][j] = norm > 0 ? products[i][j] / norm : 0;
      }
    }
    return cosines;
  }
}
