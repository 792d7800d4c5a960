package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.core.Seed;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFolderTest {
  private static final float NAN = Float.NaN;
  private static final String HEADER = "userID itemID x_label";

  @TempDir Path parent;

  @Test
  void integerIdsAreNumberedByValue() throws IOException {
    Dataset dataset =
        DatasetFolder.read(Folders.shop(parent, HEADER, "30 7 0", "4 100 0", "30 9 1", "4 7 2"));

    assertThat(dataset.name()).isEqualTo("shop");
    assertThat(dataset.split()).isEqualTo("x_label");
    assertThat(dataset.users().all()).containsExactly("4", "30");
    assertThat(dataset.items().all()).containsExactly("7", "9", "100");
    assertThat(dataset.train().itemsOf(0)).containsExactly(2);
    assertThat(dataset.train().itemsOf(1)).containsExactly(0);
    assertThat(dataset.validation().itemsOf(1)).containsExactly(1);
    assertThat(dataset.test().itemsOf(0)).containsExactly(0);
    assertThat(dataset.warnings()).isEmpty();
    assertThat(dataset.descriptions()).isEmpty();
  }

  @Test
  void textIdsAreNumberedByTheirCharacters() throws IOException {
    Dataset dataset =
        DatasetFolder.read(Folders.shop(parent, HEADER, "zoë b 0", "10 a 0", "9 12 0"));

    assertThat(dataset.users().all()).containsExactly("10", "9", "zoë");
    assertThat(dataset.items().all()).containsExactly("12", "a", "b");
  }

  @Test
  void idsCompareAsTextAndLongOnesAreText() throws IOException {
    String huge = "123456789012345678901234567890";
    Dataset dataset =
        DatasetFolder.read(
            Folders.shop(parent, HEADER, "1 007 0", "1 7 0", "1 " + huge + " 0", "1 -1 0"));

    assertThat(dataset.items().all()).containsExactly("-1", "007", huge, "7");
  }

  @Test
  void columnsMayStandInAnyOrderWithOthersAmongThem() throws IOException {
    Dataset plain = DatasetFolder.read(Folders.shop(parent, HEADER, "1 5 0", "2 6 1", "2 5 0"));
    Dataset mixed =
        DatasetFolder.read(
            Folders.shop(
                parent,
                "colour x_label:float timestamp item_id:token rating user_id:token",
                "red 0 12.5 5 4.0 1",
                "red 1 -3e4 6 .5 2",
                "red 0 17 5 -1 2"));

    assertThat(mixed.train()).isEqualTo(plain.train());
    assertThat(mixed.validation()).isEqualTo(plain.validation());
  }

  @Test
  void foreignLineEndsAndBlankLastLinesAreRead() throws IOException {
    Path folder = Folders.shop(parent);
    Files.writeString(
        folder.resolve("shop.inter"),
        "\ufeffuserID\titemID\tx_label\r\n1\t2\t0\r\n1\t3\t1\r\n\r\n");

    assertThat(DatasetFolder.read(folder).items().all()).containsExactly("2", "3");

    Files.writeString(folder.resolve("shop.inter"), "userID\titemID\tx_label\n1\t2\t0");
    assertThat(DatasetFolder.read(folder).train().size()).isEqualTo(1);
  }

  @Test
  void longLinesCrossTheBuffer() throws IOException {
    Path folder = Folders.shop(parent);
    String note = "n".repeat(100_000);
    Files.writeString(
        folder.resolve("shop.inter"),
        "userID\titemID\tnote\n1\t2\t%s\n3\t4\t%s\n".formatted(note, note));

    assertThat(DatasetFolder.read(folder).users().all()).containsExactly("1", "3");
  }

  @Test
  void shufflingTheLinesChangesNothing() throws IOException {
    List<String> lines = new ArrayList<>();
    Random random = new Random(1);
    for (int k = 0; k < 600; k++) {
      lines.add("%d %d %d".formatted(random.nextInt(40), random.nextInt(60), k / 10));
    }
    for (SplitKind kind : List.of(SplitKind.RANDOM, SplitKind.TEMPORAL, SplitKind.LEAVE_ONE_OUT)) {
      Dataset first = readLines("userID itemID timestamp", lines, kind);
      Collections.shuffle(lines, random);
      Dataset shuffled = readLines("userID itemID timestamp", lines, kind);

      assertThat(shuffled.users().all()).isEqualTo(first.users().all());
      assertThat(shuffled.items().all()).isEqualTo(first.items().all());
      assertThat(shuffled.train()).isEqualTo(first.train());
      assertThat(shuffled.validation()).isEqualTo(first.validation());
      assertThat(shuffled.test()).isEqualTo(first.test());
    }
  }

  @Test
  void shufflingTheLinesPartsTextIdsTheSameWay() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int k = 0; k < 200; k++) {
      lines.add("u%d i%d".formatted(k % 7, k % 31));
    }
    Dataset first = readLines("userID itemID", lines, SplitKind.RANDOM);
    Collections.shuffle(lines, new Random(2));
    Dataset shuffled = readLines("userID itemID", lines, SplitKind.RANDOM);

    assertThat(named(shuffled, shuffled.test())).isEqualTo(named(first, first.test()));
    assertThat(named(shuffled, shuffled.train())).isEqualTo(named(first, first.train()));
  }

  private Dataset readLines(String header, List<String> lines, SplitKind kind) throws IOException {
    List<String> all = new ArrayList<>(List.of(header));
    all.addAll(lines);
    Path folder = Folders.shop(parent, all.toArray(String[]::new));
    return DatasetFolder.read(folder, ReadOptions.split(kind, 3));
  }

  private static List<String> named(Dataset dataset, Interactions part) {
    List<String> pairs = new ArrayList<>();
    for (int user = 0; user < part.users(); user++) {
      for (int item : part.itemsOf(user)) {
        pairs.add(dataset.users().id(user) + " " + dataset.items().id(item));
      }
    }
    Collections.sort(pairs);
    return pairs;
  }

  @Test
  void withoutItemsFileRowsAreItems() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "1 3 0", "1 0 0");
    Folders.counting(folder, "text", 5);

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(dataset.items().all()).containsExactly("0", "1", "2", "3", "4");
    assertThat(column(dataset.features().get(0))).containsExactly(0, 1, 2, 3, 4);
    assertThat(dataset.train().itemsOf(0)).containsExactly(0, 3);
  }

  @Test
  void withItemsFileRowsAreItsLines() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "u b 0", "u a 0");
    Folders.lines(folder.resolve("items.tsv"), "id title", "a Apple", "c Cherry", "b Banana");
    Folders.counting(folder, "text", 3);

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(dataset.items().all()).containsExactly("a", "c", "b");
    assertThat(column(dataset.features().get(0))).containsExactly(0, 1, 2);
    assertThat(dataset.descriptions())
        .extracting(ItemDescription::title)
        .containsExactly("Apple", "Cherry", "Banana");
    assertThat(dataset.train().itemsOf(0)).containsExactly(0, 2);
  }

  @Test
  void rowsFollowTheirLinesWhereItemsAreNumberedByValue() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "1 20 0");
    Folders.lines(folder.resolve("items.tsv"), "id title", "30 C", "10 A", "20 B");
    Folders.features(folder, "text", new float[] {30}, new float[] {NAN}, new float[] {20});

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(dataset.items().all()).containsExactly("10", "20", "30");
    assertThat(column(dataset.features().get(0))).containsExactly(0, 20, 30);
    assertThat(dataset.features().get(0).isPresent(0)).isFalse();
    assertThat(dataset.descriptions().get(2).title()).isEqualTo("C");
  }

  @Test
  void itemWithoutLineHasNeitherTitleNorFeatures() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "u a 0", "u x 0");
    Folders.lines(folder.resolve("items.tsv"), "id title", "a Apple");
    Folders.counting(folder, "text", 1);

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(dataset.items().all()).containsExactly("a", "x");
    assertThat(dataset.features().get(0).isPresent(1)).isFalse();
    assertThat(dataset.descriptions().get(1).title()).isEmpty();
    assertThat(dataset.warnings())
        .containsExactly(
            "1 of 2 items have no line in items.tsv: they have no title and no features",
            "text: missing for 1 of 2 items");
  }

  @Test
  void missingRowsAreThoseAllNanOrListed() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "1 0 0", "1 2 0");
    Folders.features(
        folder, "image", new float[] {1, 2}, new float[] {NAN, NAN}, new float[] {5, NAN});
    Files.writeString(
        folder.resolve("dataset.json"),
        "{\"modalities\": [{\"name\": \"image\", \"missing\": [2]}], \"future\": {}}");

    for (long mapAbove : new long[] {0, 1 << 20}) {
      Dataset dataset =
          DatasetFolder.read(folder, new ReadOptions(SplitKind.SHIPPED, new Seed(0), mapAbove));
      FeatureMatrix image = dataset.features().get(0);

      assertThat(image.isPresent(0)).isTrue();
      assertThat(image.isPresent(1)).isFalse();
      assertThat(image.isPresent(2)).isFalse();
      float[] row = {9, 9, 9};
      image.copyRow(2, row, 1);
      assertThat(row).containsExactly(9, 0, 0);
      assertThat(dataset.warnings()).containsExactly("image: missing for 2 of 3 items");
    }
  }

  @Test
  void duplicatesAndLeaksAreMendedAndCounted() throws IOException {
    Path folder =
        Folders.shop(
            parent, HEADER, "1 5 0", "1 5 0", "1 6 2", "1 6 1", "1 6 2", "1 7 0", "2 5 2", "2 6 1");

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(dataset.train().itemsOf(0)).containsExactly(0, 2);
    assertThat(dataset.validation().itemsOf(0)).containsExactly(1);
    assertThat(dataset.test().count(0)).isZero();
    assertThat(dataset.warnings())
        .containsExactly(
            "2 duplicate interactions, each pair kept once",
            "leak: 1 pair in several splits, each kept in the first of train, validation, test",
            "1 user without a training interaction: 2 held-out interactions left out of validation"
                + " and test");
  }

  @Test
  void explicitSplitOverridesTheShippedOne() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int k = 0; k < 10; k++) {
      lines.add("1 " + k + " 0");
    }
    Dataset dataset = readLines(HEADER, lines, SplitKind.RANDOM);

    assertThat(dataset.split()).isEqualTo("random(seed 3)");
    assertThat(dataset.train().size()).isEqualTo(8);
    assertThat(dataset.test().size()).isEqualTo(1);
    assertThat(readLines(HEADER, lines, SplitKind.SHIPPED).train().size()).isEqualTo(10);
    assertThat(DatasetFolder.read(Folders.shop(parent, "userID itemID", "1 2")).split())
        .isEqualTo("random(seed 0)");
  }

  @Test
  void foldersOfOtherToolsOpenAsTheyAre() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "0 0 0", "0 1 0");
    Folders.lines(folder.resolve("i_id_mapping.csv"), "asin itemID", "B00 0", "B01 1");
    Folders.lines(folder.resolve("._shop.inter"), "x");
    Files.write(folder.resolve("user_graph_dict.npy"), new byte[] {1});
    Folders.counting(folder, "image", 2);
    String hash = DatasetFolder.read(folder).contentHash();

    Files.delete(folder.resolve("i_id_mapping.csv"));

    assertThat(DatasetFolder.read(folder).contentHash()).isEqualTo(hash);
  }

  @Test
  void theFileNamedAsTheFolderIsPreferred() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "0 0 0");
    Folders.lines(folder.resolve("other.inter"), HEADER, "7 7 0");

    assertThat(DatasetFolder.read(folder).users().all()).containsExactly("0");
    Files.move(folder.resolve("shop.inter"), folder.resolve("third.inter"));
    assertThatThrownBy(() -> DatasetFolder.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + ": expected one .inter file or one named shop.inter, got 2; remove or rename the"
                + " others");
  }

  @Test
  void contentHashIsOverNamesAndFileHashes() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "0 0 0");
    Folders.counting(folder, "image", 2);

    String expected =
        new Sha256()
            .add("image_feat.npy\0" + Sha256.ofFile(folder.resolve("image_feat.npy")) + "\n")
            .add("shop.inter\0" + Sha256.ofFile(folder.resolve("shop.inter")) + "\n")
            .hex();

    assertThat(DatasetFolder.read(folder).contentHash()).isEqualTo(expected);
  }

  @Test
  void readingWritesNothing() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "0 0 0");
    Folders.counting(folder, "image", 2);

    DatasetFolder.read(folder);

    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("shop.inter", "image_feat.npy");
    assertThat(parent.toFile().list()).containsExactly("shop");
  }

  private static Dataset fruit() {
    return new Dataset(
        "fruit",
        "",
        Ids.of("user", List.of("ann", "bob")),
        Ids.of("item", List.of("a", "b", "c")),
        List.of(
            new ItemDescription("Apple\tred", "sweet\nround", "A", List.of("x", "y"), "a.jpg"),
            new ItemDescription("", "", "", List.of(), ""),
            new ItemDescription("Cherry", "", "", List.of(), "")),
        Interactions.ofPairs(2, 3, new int[] {0, 1}, new int[] {0, 1}),
        Interactions.ofPairs(2, 3, new int[] {0}, new int[] {1}),
        Interactions.ofPairs(2, 3, new int[] {1}, new int[] {0}),
        List.of(DenseFeatures.of("image", new float[][] {{1, 2}, {NAN, NAN}, {5, 6}})),
        "x_label",
        List.of());
  }

  @Test
  void datasetComesBackAsWritten() throws IOException {
    Path folder = parent.resolve("new/fruit");
    DatasetFolder.write(folder, fruit(), "a test");

    Dataset dataset = DatasetFolder.read(folder);

    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("fruit.inter", "image_feat.npy", "items.tsv", "dataset.json");
    assertThat(parent.resolve("new").toFile().list()).containsExactly("fruit");
    assertThat(dataset.name()).isEqualTo("fruit");
    assertThat(dataset.users().all()).containsExactly("ann", "bob");
    assertThat(dataset.items().all()).containsExactly("a", "b", "c");
    assertThat(dataset.train()).isEqualTo(fruit().train());
    assertThat(dataset.validation()).isEqualTo(fruit().validation());
    assertThat(dataset.test()).isEqualTo(fruit().test());
    assertThat(column(dataset.features().get(0))).containsExactly(1, 0, 5);
    assertThat(dataset.features().get(0).isPresent(1)).isFalse();
    assertThat(dataset.descriptions().get(0))
        .isEqualTo(
            new ItemDescription("Apple red", "sweet round", "A", List.of("x", "y"), "a.jpg"));
    assertThat(dataset.warnings()).containsExactly("image: missing for 1 of 3 items");
    assertThat(Files.readString(folder.resolve("dataset.json")))
        .contains("\"source\" : \"a test\"", "\"missing\" : [ \"b\" ]", "\"train\" : 2");
  }

  @Test
  void changedAndLostFilesAreWarnedOf() throws IOException {
    Path folder = parent.resolve("fruit");
    DatasetFolder.write(folder, fruit(), "a test");
    Files.writeString(folder.resolve("fruit.inter"), "userID\titemID\nann\ta\n");
    Files.delete(folder.resolve("image_feat.npy"));

    assertThat(DatasetFolder.read(folder).warnings())
        .containsExactly(
            "fruit.inter has changed since dataset.json was written (other SHA-256)",
            "dataset.json lists the file 'image_feat.npy', which is not there");
  }

  @Test
  void integerItemsWithRowsNeedNoItemsFile() throws IOException {
    Dataset dataset =
        new Dataset(
            "n",
            "",
            Ids.of("user", List.of("5")),
            Ids.of("item", List.of("0", "1")),
            List.of(),
            Interactions.ofPairs(1, 2, new int[] {0}, new int[] {1}),
            Interactions.empty(1, 2),
            Interactions.empty(1, 2),
            List.of(DenseFeatures.of("text", new float[][] {{1}, {2}})),
            "x_label",
            List.of());
    DatasetFolder.write(parent.resolve("n"), dataset, "");

    assertThat(parent.resolve("n/items.tsv")).doesNotExist();
    assertThat(DatasetFolder.read(parent.resolve("n")).items().all()).containsExactly("0", "1");
  }

  @Test
  void writingNeverMixesWithWhatIsThere() throws IOException {
    Path folder = Folders.shop(parent, HEADER, "0 0 0");

    assertThatThrownBy(() -> DatasetFolder.write(folder, fruit(), ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + ": expected a new or empty folder, got one with files; choose another or empty"
                + " it");
    assertThatThrownBy(() -> DatasetFolder.write(folder.resolve("shop.inter"), fruit(), ""))
        .hasMessageEndingWith(": expected a new or empty folder, got a file; choose another path");
    DatasetFolder.write(Files.createDirectory(parent.resolve("empty")), fruit(), "");
    assertThat(parent.resolve("empty/fruit.inter")).exists();
  }

  @Test
  void failedWriteLeavesNothing() {
    FeatureMatrix broken =
        new FeatureMatrix() {
          @Override
          public String modality() {
            return "image";
          }

          @Override
          public int rows() {
            return 3;
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public boolean isPresent(int row) {
            return true;
          }

          @Override
          public void copyRow(int row, float[] out, int offset) {
            throw new IllegalStateException("disk gone");
          }
        };
    Dataset fruit = fruit();
    Dataset dataset =
        new Dataset(
            "fruit",
            "",
            fruit.users(),
            fruit.items(),
            List.of(),
            fruit.train(),
            fruit.validation(),
            fruit.test(),
            List.of(broken),
            "x_label",
            List.of());

    assertThatThrownBy(() -> DatasetFolder.write(parent.resolve("out"), dataset, ""))
        .hasMessage("disk gone");
    assertThat(parent).isEmptyDirectory();
  }

  private static float[] column(FeatureMatrix matrix) {
    float[] first = new float[matrix.rows()];
    float[] row = new float[matrix.dimension()];
    for (int k = 0; k < first.length; k++) {
      Arrays.fill(row, -1);
      matrix.copyRow(k, row, 0);
      first[k] = row[0];
    }
    return first;
  }
}
