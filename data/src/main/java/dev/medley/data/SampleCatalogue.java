package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.ItemDescription;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A small made-up shop whose taste is known: each user likes a brand, a material, a colour and a
 * pattern. Brand and material show in a product's text alone, colour and pattern in its picture
 * alone, and all four count alike; popularity and chance decide the rest. Users buy few products,
 * so behaviour alone tells little of what a product is like.
 * docs/decisions/0013-sample-catalogue.md has what was measured.
 */
public final class SampleCatalogue {
  /** How many users there are. */
  public static final int USERS = 1200;

  /** How many products there are. */
  public static final int PRODUCTS = 600;

  private static final String NAME = "sample";
  private static final int FEWEST = 4; // training interactions of a user
  private static final int MOST = 5;
  private static final int VALIDATION = 1; // of a user
  private static final int TEST = 2;
  private static final int WITHOUT_PICTURE = 12;
  private static final double LIKING = 2.2; // log-odds for each attribute that is liked
  private static final double POPULARITY = 0.6; // standard deviation of a product's log-odds

  private SampleCatalogue() {}

  /**
   * Writes the catalogue as a dataset folder with pictures and without features; the same seed
   * gives the same bytes on every machine.
   *
   * @param folder new or empty
   * @param completion adds to the folder before it appears, as features
   * @throws dev.medley.core.InvalidInputException if the folder holds something
   * @throws IOException if it cannot be written
   */
  public static void write(Path folder, Seed seed, DatasetFolder.Completion completion)
      throws IOException {
    List<SampleProduct> products = products(seed);
    Set<Integer> withoutPicture = withoutPicture(seed);
    List<ItemDescription> descriptions = new ArrayList<>();
    List<String> ids = numbered("p", PRODUCTS);
    for (int item = 0; item < PRODUCTS; item++) {
      String image = withoutPicture.contains(item) ? "" : ids.get(item) + ".png";
      descriptions.add(products.get(item).description(image));
    }
    Interactions[] parts = interactions(products, seed);
    Dataset dataset =
        new Dataset(
            NAME,
            "",
            Ids.of("user", numbered("u", USERS)),
            Ids.of("item", ids),
            descriptions,
            parts[0],
            parts[1],
            parts[2],
            List.of(),
            "x_label",
            List.of());
    DatasetFolder.write(
        folder,
        dataset,
        "made up by Medley, seed " + seed.value() + "; no real person or shop",
        draft -> {
          Path images = Files.createDirectory(draft.resolve("images"));
          for (int item = 0; item < PRODUCTS; item++) {
            if (!withoutPicture.contains(item)) {
              RandomStream random = seed.child("picture", item).stream();
              byte[] png = FlatPng.bytes(SamplePicture.draw(products.get(item), random));
              Files.write(images.resolve(ids.get(item) + ".png"), png);
            }
          }
          completion.complete(draft);
        });
  }

  /** What the pictures show and no text says, as {@code "red, dots"}, by product. */
  public static List<String> looks(Seed seed) {
    return products(seed).stream().map(SampleProduct::looks).toList();
  }

  /** The products, no two of the same title and looks. */
  static List<SampleProduct> products(Seed seed) {
    RandomStream random = seed.child("products").stream();
    Set<SampleProduct> products = new LinkedHashSet<>();
    while (products.size() < PRODUCTS) {
      products.add(SampleProduct.draw(random));
    }
    return List.copyOf(products);
  }

  private static Set<Integer> withoutPicture(Seed seed) {
    Set<Integer> without = new HashSet<>();
    RandomStream random = seed.child("missing pictures").stream();
    while (without.size() < WITHOUT_PICTURE) {
      without.add(random.nextInt(PRODUCTS));
    }
    return without;
  }

  /** What each user chose: training, validation, test. */
  private static Interactions[] interactions(List<SampleProduct> products, Seed seed) {
    RandomStream popularities = seed.child("popularity").stream();
    double[] popularity = new double[PRODUCTS];
    Arrays.setAll(popularity, k -> POPULARITY * popularities.nextGaussian());

    IntPairs[] parts = {new IntPairs(), new IntPairs(), new IntPairs()};
    for (int user = 0; user < USERS; user++) {
      RandomStream random = seed.child("user", user).stream();
      SampleProduct taste = SampleProduct.draw(random);
      double[] keys = new double[PRODUCTS];
      for (int item = 0; item < PRODUCTS; item++) {
        // The largest of score + Gumbel noise are a draw without replacement by softmax(score).
        double gumbel = -StrictMath.log(-StrictMath.log(1 - random.nextDouble()));
        keys[item] = LIKING * liked(taste, products.get(item)) + popularity[item] + gumbel;
      }
      int train = FEWEST + random.nextInt(MOST - FEWEST + 1);
      int[] chosen = largest(keys, train + VALIDATION + TEST);
      random.shuffle(chosen);
      for (int k = 0; k < chosen.length; k++) {
        int part = k < train ? 0 : k < train + VALIDATION ? 1 : 2;
        parts[part].add(user, chosen[k]);
      }
    }
    return Arrays.stream(parts).map(IntPairs::interactions).toArray(Interactions[]::new);
  }

  /** How many of the four attributes are as the user likes them. */
  private static int liked(SampleProduct taste, SampleProduct product) {
    return (taste.brand() == product.brand() ? 1 : 0)
        + (taste.material() == product.material() ? 1 : 0)
        + (taste.colour() == product.colour() ? 1 : 0)
        + (taste.pattern() == product.pattern() ? 1 : 0);
  }

  private static int[] largest(double[] keys, int count) {
    Integer[] order = new Integer[keys.length];
    Arrays.setAll(order, k -> k);
    Arrays.sort(order, (a, b) -> Double.compare(keys[b], keys[a]));
    int[] first = new int[count];
    Arrays.setAll(first, k -> order[k]);
    return first;
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
