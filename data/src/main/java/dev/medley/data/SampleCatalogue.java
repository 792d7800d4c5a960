package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.ItemDescription;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A small made-up shop whose taste is known: what a product is and what it is made of show only in
 * its text features, colour and pattern only in its image features, and users like products by all
 * four. Most products have few buyers, so behaviour alone tells little of what they are like, and
 * text, image and behaviour each tell something that the others do not.
 *
 * <p>U users, P products, H latent dimensions of each half.
 */
public final class SampleCatalogue {
  /** U. */
  public static final int USERS = 1200;

  /** P. */
  public static final int PRODUCTS = 1500;

  private static final String NAME = "sample";
  private static final int HALF = 8; // H
  private static final int TEXT_DIMENSION = 48;
  private static final int IMAGE_DIMENSION = 64;
  private static final int FEWEST = 6; // interactions of a user
  private static final int MOST = 10;
  private static final int WITHOUT_IMAGE = 30;
  private static final double OWN = 0.6; // what sets a product apart from others of its attributes
  private static final double FEATURE_NOISE = 0.5;
  private static final double TASTE = 0.8;
  private static final double POPULARITY = 0.35;

  private record Kind(String noun, String shelf, List<String> materials) {}

  private static final List<String> FABRICS = List.of("cotton", "wool", "linen", "silk");
  private static final List<String> CLAYS = List.of("stoneware", "porcelain", "glass", "enamel");
  private static final List<String> HIDES = List.of("leather", "canvas", "felt", "cork");
  private static final List<String> MATERIALS =
      List.of(
          "cotton",
          "wool",
          "linen",
          "silk",
          "stoneware",
          "porcelain",
          "glass",
          "enamel",
          "leather",
          "canvas",
          "felt",
          "cork");
  private static final List<Kind> KINDS =
      List.of(
          new Kind("scarf", "Clothing|Scarves", FABRICS),
          new Kind("shirt", "Clothing|Shirts", FABRICS),
          new Kind("cardigan", "Clothing|Knitwear", FABRICS),
          new Kind("socks", "Clothing|Socks", FABRICS),
          new Kind("cushion", "Home|Cushions", FABRICS),
          new Kind("blanket", "Home|Blankets", FABRICS),
          new Kind("curtain", "Home|Curtains", FABRICS),
          new Kind("mug", "Kitchen|Mugs", CLAYS),
          new Kind("bowl", "Kitchen|Bowls", CLAYS),
          new Kind("teapot", "Kitchen|Teapots", CLAYS),
          new Kind("vase", "Home|Vases", CLAYS),
          new Kind("lamp", "Home|Lamps", CLAYS),
          new Kind("backpack", "Bags|Backpacks", HIDES),
          new Kind("purse", "Bags|Purses", HIDES),
          new Kind("notebook", "Office|Notebooks", HIDES),
          new Kind("pencil case", "Office|Pencil cases", HIDES));
  private static final List<String> COLOURS =
      List.of(
          "blue",
          "red",
          "green",
          "yellow",
          "grey",
          "white",
          "black",
          "rose",
          "ochre",
          "turquoise",
          "lilac",
          "brown");
  private static final List<String> PATTERNS =
      List.of("plain", "striped", "dotted", "chequered", "floral", "speckled");
  private static final List<String> BRANDS =
      List.of("Alder & Finch", "Birkwood", "Corrie", "Dovetail", "Elmstead", "Fernhill");

  private SampleCatalogue() {}

  /**
   * Writes the catalogue as a dataset folder; the same seed gives the same bytes.
   *
   * @param folder new or empty
   * @throws dev.medley.core.InvalidInputException if the folder holds something
   * @throws IOException if it cannot be written
   */
  public static void write(Path folder, Seed seed) throws IOException {
    DatasetFolder.write(
        folder,
        dataset(seed),
        "made up by Medley, seed " + seed.value() + "; no real person or shop");
  }

  /** The catalogue itself. */
  static Dataset dataset(Seed seed) {
    RandomStream products = seed.child("products").stream();
    double[][] kinds = vectors(products, KINDS.size());
    double[][] materials = vectors(products, MATERIALS.size());
    double[][] colours = vectors(products, COLOURS.size());
    double[][] patterns = vectors(products, PATTERNS.size());

    List<ItemDescription> descriptions = new ArrayList<>();
    double[][] textHalf = new double[PRODUCTS][]; // P × H
    double[][] imageHalf = new double[PRODUCTS][]; // P × H
    Set<String> titles = new HashSet<>();
    while (descriptions.size() < PRODUCTS) {
      int kind = products.nextInt(KINDS.size());
      List<String> possible = KINDS.get(kind).materials();
      String material = possible.get(products.nextInt(possible.size()));
      int colour = products.nextInt(COLOURS.size());
      int pattern = products.nextInt(PATTERNS.size());
      String brand = BRANDS.get(products.nextInt(BRANDS.size()));
      String title = title(COLOURS.get(colour), PATTERNS.get(pattern), material, KINDS.get(kind));
      if (titles.add(title)) {
        int product = descriptions.size();
        textHalf[product] = mix(products, kinds[kind], materials[MATERIALS.indexOf(material)]);
        imageHalf[product] = mix(products, colours[colour], patterns[pattern]);
        descriptions.add(
            new ItemDescription(
                title,
                title + " by " + brand + ".",
                brand,
                List.of(KINDS.get(kind).shelf().split("\\|", -1)),
                ""));
      }
    }

    Set<Integer> withoutImage = new HashSet<>();
    RandomStream gaps = seed.child("missing images").stream();
    while (withoutImage.size() < WITHOUT_IMAGE) {
      withoutImage.add(gaps.nextInt(PRODUCTS));
    }
    FeatureMatrix image =
        features("image", imageHalf, IMAGE_DIMENSION, withoutImage, seed.child("image").stream());
    FeatureMatrix text =
        features("text", textHalf, TEXT_DIMENSION, Set.of(), seed.child("text").stream());
    Interactions[] parts = interactions(textHalf, imageHalf, seed);
    return new Dataset(
        NAME,
        "",
        Ids.of("user", numbered("u", USERS)),
        Ids.of("item", numbered("p", PRODUCTS)),
        descriptions,
        parts[0],
        parts[1],
        parts[2],
        List.of(image, text),
        "x_label",
        List.of());
  }

  private static String title(String colour, String pattern, String material, Kind kind) {
    String words = colour + " " + pattern + " " + material + " " + kind.noun();
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private static double[][] vectors(RandomStream random, int count) {
    double[][] vectors = new double[count][HALF];
    for (double[] vector : vectors) {
      Arrays.setAll(vector, k -> random.nextGaussian());
    }
    return vectors;
  }

  private static double[] mix(RandomStream random, double[] one, double[] other) {
    double[] mixed = new double[HALF];
    Arrays.setAll(mixed, k -> 0.8 * one[k] + 0.6 * other[k] + OWN * random.nextGaussian());
    return mixed;
  }

  /** What can be seen of one half: a random projection of it, with noise. */
  private static FeatureMatrix features(
      String modality, double[][] half, int dimension, Set<Integer> missing, RandomStream random) {
    double[][] projection = vectors(random, dimension); // D × H
    float[][] rows = new float[half.length][dimension];
    for (int item = 0; item < rows.length; item++) {
      for (int k = 0; k < dimension; k++) {
        double value =
            dot(projection[k], half[item]) / Math.sqrt(HALF)
                + FEATURE_NOISE * random.nextGaussian();
        rows[item][k] = missing.contains(item) ? Float.NaN : (float) value;
      }
    }
    return DenseFeatures.of(modality, rows);
  }

  /** What each user chose, split 8:1:1: training, validation, test. */
  private static Interactions[] interactions(double[][] textHalf, double[][] imageHalf, Seed seed) {
    RandomStream popularities = seed.child("popularity").stream();
    double[] popularity = new double[PRODUCTS];
    Arrays.setAll(popularity, k -> POPULARITY * popularities.nextGaussian());

    IntPairs[] parts = {new IntPairs(), new IntPairs(), new IntPairs()};
    for (int user = 0; user < USERS; user++) {
      RandomStream random = seed.child("user", user).stream();
      double[][] taste = vectors(random, 2); // for the text half and for the image half
      double[] keys = new double[PRODUCTS];
      for (int item = 0; item < PRODUCTS; item++) {
        double liking = dot(taste[0], textHalf[item]) + dot(taste[1], imageHalf[item]);
        // The largest of score + Gumbel noise are a draw without replacement by softmax(score).
        double gumbel = -StrictMath.log(-StrictMath.log(1 - random.nextDouble()));
        keys[item] = TASTE * liking + popularity[item] + gumbel;
      }
      int n = FEWEST + random.nextInt(MOST - FEWEST + 1);
      int[] chosen = largest(keys, n);
      random.shuffle(chosen);
      int[] held = Splitter.heldOut(n);
      for (int k = 0; k < n; k++) {
        int part = k < held[0] ? 1 : k < held[0] + held[1] ? 2 : 0;
        parts[part].add(user, chosen[k]);
      }
    }
    Interactions[] interactions = new Interactions[parts.length];
    for (int part = 0; part < parts.length; part++) {
      interactions[part] = parts[part].interactions();
    }
    return interactions;
  }

  private static int[] largest(double[] keys, int count) {
    Integer[] order = new Integer[keys.length];
    Arrays.setAll(order, k -> k);
    Arrays.sort(order, (a, b) -> Double.compare(keys[b], keys[a]));
    int[] first = new int[count];
    Arrays.setAll(first, k -> order[k]);
    return first;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static List<String> numbered(String prefix, int count) {
    List<String> ids = new ArrayList<>();
    for (int k = 1; k <= count; k++) {
      ids.add(String.format(Locale.ROOT, "%s%04d", prefix, k));
    }
    return ids;
  }

  /** Pairs as they come. */
  private static final class IntPairs {
    private final int[] users = new int[USERS * MOST];
    private final int[] items = new int[USERS * MOST];
    private int size;

    void add(int user, int item) {
      users[size] = user;
      items[size++] = item;
    }

    Interactions interactions() {
      return Interactions.ofPairs(
          USERS, PRODUCTS, Arrays.copyOf(users, size), Arrays.copyOf(items, size));
    }
  }
}
