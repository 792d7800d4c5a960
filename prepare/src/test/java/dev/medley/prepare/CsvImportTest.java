package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.drops;
import static dev.medley.prepare.Fixtures.gzip;
import static dev.medley.prepare.Fixtures.interactions;
import static dev.medley.prepare.Fixtures.items;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.prepare;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.data.SplitKind;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Own tables become the dataset that they describe, value by value. */
class CsvImportTest {
  private static final String[] TABLE = {
    "who,what,stars,when",
    "ann,p1,5,2014-01-02",
    "ann,p2,3,2014-01-03T00:00:01Z",
    "ann,p1,4,2014-01-01",
    "\"bob \"\"b\"\"\",p1,2.5,1391212800",
    "eve,\"p,3\",1,1391212801.5",
  };

  @TempDir Path folder;
  private Path out = Path.of("");

  @BeforeEach
  void choose() {
    out = folder.resolve("shop");
  }

  private static CsvSource source(Path interactions) {
    return new CsvSource(
        interactions,
        new CsvSource.InteractionColumns("who", "what", "stars", "when"),
        null,
        null,
        null);
  }

  private static CsvSource withItems(
      Path interactions, Path items, @Nullable String image, @Nullable Path images) {
    return new CsvSource(
        interactions,
        new CsvSource.InteractionColumns("who", "what", "stars", "when"),
        items,
        new CsvSource.ItemColumns("sku", "name", "text", "maker", "kind", image),
        images);
  }

  @Test
  void everyValueArrives() throws IOException {
    Funnel funnel = prepare(source(lines(folder.resolve("i.csv"), TABLE)), out);

    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp",
            "ann\tp1\t4.0\t1388534400.0",
            "ann\tp2\t3.0\t1388707201.0",
            "bob \"b\"\tp1\t2.5\t1391212800.0",
            "eve\tp,3\t1.0\t1391212801.5");
    assertThat(drops(funnel))
        .containsExactly("deduplicated: 1 later lines of a pair that is there already");
    assertThat(funnel.stages().get(0).interactions()).isEqualTo(5);
    assertThat(funnel.parts().train()).isEqualTo(4);
    assertThat(items(out))
        .containsExactly(
            "id\ttitle\tdescription\tbrand\tcategories\timage",
            "p,3\t\t\t\t\t",
            "p1\t\t\t\t\t",
            "p2\t\t\t\t\t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t", ";", "|"})
  void separatorIsToldByTheHeader(String separator) throws IOException {
    Path file =
        lines(
            folder.resolve("i.txt"),
            String.join(separator, "who", "what", "stars", "when"),
            String.join(separator, "ann", "p1", "5", "7"),
            String.join(separator, "\"b" + separator + "b\"", "p2", "1", "8"));
    prepare(
        separator.equals("\t")
            ? source(lines(file, "who\twhat\tstars\twhen", "ann\tp1\t5\t7", "bb\tp2\t1\t8"))
            : source(file),
        out);
    assertThat(interactions(out)).hasSize(3).contains("ann\tp1\t5\t7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t", ";", "|"})
  void separatorIsToldByAHeaderInQuotes(String separator) throws IOException {
    String header = String.join(separator, "\"who\"", "\"what\"", "\"stars\"", "\"when\"");
    String row = String.join(separator, "\"ann\"", "\"p1\"", "\"5\"", "\"7\"");
    prepare(source(lines(folder.resolve("i.csv"), header, row)), out);
    assertThat(interactions(out)).contains("ann\tp1\t5\t7");
  }

  @Test
  void packedTableIsReadLikeAPlainOne() throws IOException {
    String text = String.join("\r\n", TABLE) + "\r\n";
    prepare(source(gzip(folder.resolve("i.csv"), text.substring(0, 40), text.substring(40))), out);
    Path plain = folder.resolve("plain");
    prepare(source(lines(folder.resolve("j.csv"), TABLE)), plain);
    assertThat(interactions(out)).isEqualTo(interactions(plain));
  }

  @Test
  void parquetIsReadLikeTheTable() throws IOException {
    Path csv = lines(folder.resolve("i.csv"), TABLE);
    Path parquet = folder.resolve("i.parquet");
    try (Workspace workspace = Workspace.open(folder.resolve("db"), 128, 1)) {
      workspace.execute(
          "COPY (SELECT who, what, stars, to_timestamp(seconds) AS \"when\" FROM (VALUES ('ann',"
              + " 'p1', 5.0, 1388620800), ('ann', 'p2', 3.0, 1388707201), ('ann', 'p1', 4.0,"
              + " 1388534400), ('bob \"b\"', 'p1', 2.5, 1391212800), ('eve', 'p,3', 1.0,"
              + " 1391212801.5)) AS t(who, what, stars, seconds)) TO '"
              + parquet
              + "' (FORMAT parquet)");
    }
    prepare(source(parquet), out);
    Path plain = folder.resolve("plain");
    prepare(source(csv), plain);
    assertThat(interactions(out)).isEqualTo(interactions(plain));
  }

  @Test
  void parquetRowsComeInTheOrderOfTheFile() throws IOException {
    Path parquet = folder.resolve("i.parquet");
    try (Workspace workspace = Workspace.open(folder.resolve("db"), 256, 1)) {
      workspace.execute("SET preserve_insertion_order = true");
      workspace.execute(
          "COPY (SELECT 'u' || (n % 1000) AS who, 'p' AS what, n AS stars, 7 AS \"when\" FROM"
              + " range(300000) t(n)) TO '"
              + parquet
              + "' (FORMAT parquet, ROW_GROUP_SIZE 10000)");
    }
    prepare(source(parquet), out);
    assertThat(interactions(out)).hasSize(1001).contains("u0\tp\t0\t7", "u999\tp\t999\t7");
    for (String line : interactions(out).subList(1, 1001)) {
      String[] fields = line.split("\t", -1);
      assertThat("u" + fields[2]).as("the first line of %s", fields[0]).isEqualTo(fields[0]);
    }
  }

  @Test
  void missingRatingsInWordsAreUnknown() throws IOException {
    Path file =
        lines(
            folder.resolve("i.csv"),
            "who,what,stars,when",
            "a,p1,NA,1",
            "b,p1,NaN,2",
            "c,p1,null,3",
            "d,p1,4,NA");
    assertThat(drops(prepare(source(file), out))).isEmpty();
    assertThat(interactions(out).subList(1, 5))
        .containsExactly("a\tp1\t\t1", "b\tp1\t\t2", "c\tp1\t\t3", "d\tp1\t4\t");
  }

  @Test
  void undecodableTextsAreCounted() throws IOException {
    Path items = folder.resolve("items.csv");
    Files.write(
        items,
        "sku,name,text,maker,kind\np1,Caf\u00e9,,,\np2,Tea,,,\n"
            .getBytes(StandardCharsets.ISO_8859_1));
    Path interactions = lines(folder.resolve("i.csv"), TABLE);
    Funnel funnel = prepare(withItems(interactions, items, null, null), out);
    assertThat(drops(funnel))
        .contains("items: 1 descriptions in which U+FFFD stands for what is not UTF-8 text");
    assertThat(items(out)).contains("p1\tCaf\ufffd\t\t\t\t");
  }

  @Test
  void invalidLinesAreLeftOutEachWithItsReason() throws IOException {
    Funnel funnel =
        prepare(
            source(
                lines(
                    folder.resolve("i.csv"),
                    "who,what,stars,when",
                    "ann,p1,5,7",
                    ",p1,5,7",
                    "bob,,5,7",
                    "bob,p1,good,7",
                    "bob,p1,5,tomorrow",
                    "bob,p1,5",
                    "bob,p1,5,7,8",
                    "b\u0000b,p1,5,7",
                    "bob,p1,,",
                    "\"never closed,p1,5,7",
                    "eve,p1,5,7")),
            out);
    assertThat(drops(funnel))
        .containsExactly(
            "valid: 1 no user id",
            "valid: 1 no item id",
            "valid: 1 rating that is no number",
            "valid: 1 timestamp that is no time",
            "valid: 2 not as many fields as the header has columns",
            "valid: 1 user id with control characters",
            "valid: 1 a quote that is not closed");
    assertThat(funnel.drops().get(2).first()).isEqualTo("i.csv line 5");
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp", "ann\tp1\t5\t7", "bob\tp1\t\t", "eve\tp1\t5\t7");
  }

  @Test
  void itemsAndPicturesGoAlong() throws IOException {
    Path images = Files.createDirectories(folder.resolve("pictures/sub"));
    Files.writeString(images.resolve("b.png"), "b");
    images = folder.resolve("pictures");
    Files.writeString(images.resolve("a.png"), "a");
    Files.writeString(folder.resolve("secret.png"), "secret");
    Path items =
        lines(
            folder.resolve("items.csv"),
            "kind,sku,name,text,maker,pic",
            "Toys|Baby,p1,\"A \"\"big\"\"",
            "thing\",\"tab\there\",Acme,a.png",
            ",p2,,,,../secret.png",
            ",p9,Unsold,,,a.png",
            ",p1,again,,,a.png",
            "Café,\"p,3\",中,,,sub/b.png");
    Funnel funnel =
        prepare(withItems(lines(folder.resolve("i.csv"), TABLE), items, "pic", images), out);

    assertThat(items(out))
        .containsExactly(
            "id\ttitle\tdescription\tbrand\tcategories\timage",
            "p,3\t中\t\t\tCafé\tsub/b.png",
            "p1\tA \"big\" thing\ttab here\tAcme\tToys|Baby\ta.png",
            "p2\t\t\t\t\t");
    assertThat(out.resolve("images/a.png")).hasContent("a");
    assertThat(out.resolve("images/sub/b.png")).hasContent("b");
    assertThat(funnel.pictures()).isEqualTo(2);
    assertThat(funnel.described()).isEqualTo(2);
    assertThat(drops(funnel))
        .contains(
            "items: 1 descriptions of an item that has one already",
            "items: 1 pictures whose name leads out of the folder");
    try (var files = Files.walk(out)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("shop.inter", "items.tsv", "dataset.json", "a.png", "b.png");
    }
  }

  @Test
  void picturesMayBeNamedByTheItem() throws IOException {
    Path images = Files.createDirectory(folder.resolve("pictures"));
    Files.writeString(images.resolve("p1.jpg"), "1");
    Files.writeString(images.resolve("p2.png"), "2");
    Path interactions = lines(folder.resolve("i.csv"), TABLE);
    CsvSource source =
        new CsvSource(
            interactions,
            new CsvSource.InteractionColumns("who", "what", null, null),
            null,
            null,
            images);
    prepare(source, out);
    assertThat(items(out)).contains("p1\t\t\t\t\tp1.jpg", "p2\t\t\t\t\tp2.png");
    assertThat(Files.isSameFile(images.resolve("p1.jpg"), out.resolve("images/p1.jpg"))).isTrue();
  }

  @Test
  void wholeCatalogueStaysWithoutAKCore() throws IOException {
    Path items =
        lines(folder.resolve("items.csv"), "sku,name,text,maker,kind", "p9,Unsold,,,", "p1,Cup,,,");
    CsvSource source = withItems(lines(folder.resolve("i.csv"), TABLE), items, null, null);
    prepare(source, PrepareOptions.DEFAULT.withKCore(0), out);
    assertThat(items(out)).contains("p9\tUnsold\t\t\t\t").hasSize(5);
  }

  @Test
  void oneColumnForUsersAndItemsIsRefused() {
    assertThatThrownBy(() -> new CsvSource.InteractionColumns("who", "who", null, null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "--item: expected another column than that of the users, got 'who'");
  }

  @Test
  void aTableInUtf16IsRefusedByThatName() throws IOException {
    for (Charset wide : new Charset[] {UTF_16, UTF_16LE}) {
      Path file = folder.resolve("wide.csv");
      Files.writeString(file, "who,what\na,b\n", wide);
      assertThatThrownBy(() -> prepare(source(file), out))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              file + " line 1: expected UTF-8, got what looks like UTF-16; save it as UTF-8");
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void unknownColumnIsRefusedWithThoseThatThereAre() throws IOException {
    Path file = lines(folder.resolve("i.csv"), "user,item", "a,b");
    assertThatThrownBy(() -> prepare(source(file), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + " line 1: expected a column 'who', got user, item; name one of them");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void itemsOfWhichNoneIsInTheInteractionsAreRefusedWithAFirstIdOfEach(int k) throws IOException {
    Path orders = lines(folder.resolve("orders.csv"), TABLE);
    Path products =
        lines(
            folder.resolve("products.csv"),
            "sku,name,text,maker,kind",
            "green rug,p1,,,",
            "red vase,p2,,,");
    assertThatThrownBy(
            () ->
                prepare(
                    withItems(orders, products, null, null),
                    PrepareOptions.DEFAULT.withKCore(k),
                    out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "--item-id sku: expected ids of products.csv column sku among those of orders.csv column what, got none (first: 'green rug' against 'p2'); choose another --item-id");
    assertThat(out).doesNotExist();
  }

  @Test
  void itemsThatNobodyInteractedWithAreCountedAndThoseOfTheCoreAreNot() throws IOException {
    Path orders = lines(folder.resolve("orders.csv"), TABLE);
    Path products =
        lines(
            folder.resolve("products.csv"),
            "sku,name,text,maker,kind",
            "p7,Cup,,,",
            "p2,Mug,,,",
            "p8,Pot,,,");
    assertThat(drops(prepare(withItems(orders, products, null, null), out)))
        .contains("items: 2 descriptions of items that nobody interacted with");

    // p2 alone is in the interactions, and the minimum rating leaves it out
    PrepareOptions picky =
        new PrepareOptions(
            OptionalInt.of(1),
            SplitKind.SHIPPED,
            0,
            OptionalDouble.of(3.5),
            null,
            null,
            PrepareOptions.MEMORY_MEBIBYTES,
            2);
    Funnel funnel =
        prepare(withItems(orders, products, null, null), picky, folder.resolve("picky"));
    assertThat(drops(funnel))
        .contains("items: 2 descriptions of items that nobody interacted with");
  }
}
