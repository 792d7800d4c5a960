package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.drops;
import static dev.medley.prepare.Fixtures.interactions;
import static dev.medley.prepare.Fixtures.items;
import static dev.medley.prepare.Fixtures.labelled;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.prepare;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MovieLens, RecBole, JSON splits and pickled splits become the datasets that they describe. */
class OtherImportsTest {
  private static final double[][] ROWS = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}};

  @TempDir Path folder;
  private Path out = Path.of("");

  @BeforeEach
  void choose() {
    out = folder.resolve("movies");
  }

  @Test
  void movieLens100K() throws IOException {
    lines(folder.resolve("u.data"), "196\t2\t3\t881250949", "186\t1\t5\t891717742");
    Files.write(
        folder.resolve("u.item"),
        List.of(
            "1|Caf\u00e9 (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0",
            "2|GoldenEye (1995)|01-Jan-1995||http://y|0|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0|1|0|0",
            "3|Unseen|||z|1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0"),
        StandardCharsets.ISO_8859_1);
    Path posters = Files.createDirectory(folder.resolve("posters"));
    Files.writeString(posters.resolve("2.jpg"), "x");
    prepare(MovieLens.in(folder, posters), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp", "186\t1\t5\t891717742", "196\t2\t3\t881250949");
    assertThat(items(out))
        .containsExactly(
            "id\ttitle\tdescription\tbrand\tcategories\timage",
            "1\tCafé (1995)\t\t\tAnimation|Children's|Comedy\t",
            "2\tGoldenEye (1995)\t\t\tAction|Adventure|Thriller\t2.jpg");
  }

  @Test
  void movieLens1M() throws IOException {
    lines(folder.resolve("ratings.dat"), "1::10::5::978300760", "2::9::1::978302109", "3::9");
    lines(folder.resolve("movies.dat"), "9::Toy: Story::Animation|Children's", "10::Heat::Crime");
    Funnel funnel = prepare(MovieLens.in(folder, null), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp", "1\t10\t5\t978300760", "2\t9\t1\t978302109");
    assertThat(items(out).subList(1, 3))
        .containsExactly("9\tToy: Story\t\t\tAnimation|Children's\t", "10\tHeat\t\t\tCrime\t");
    assertThat(drops(funnel)).containsExactly("valid: 1 not the four fields of a rating");
  }

  @Test
  void movieLens20MAndLater() throws IOException {
    lines(folder.resolve("ratings.csv"), "userId,movieId,rating,timestamp", "1,2,3.5,1112486027");
    lines(
        folder.resolve("movies.csv"),
        "movieId,title,genres",
        "2,\"American President, The \"\"x\"\" (1995)\",Comedy|Drama",
        "3,None,(no genres listed)");
    prepare(MovieLens.in(folder, null), PrepareOptions.DEFAULT.withKCore(0), out);
    assertThat(interactions(out))
        .containsExactly("userID\titemID\trating\ttimestamp", "1\t2\t3.5\t1112486027");
    assertThat(items(out).subList(1, 3))
        .containsExactly(
            "2\tAmerican President, The \"x\" (1995)\t\t\tComedy|Drama\t", "3\tNone\t\t\t\t");
  }

  @Test
  void movieLensColumnsInAnyOrder() throws IOException {
    lines(folder.resolve("ratings.csv"), "timestamp,movieId,userId,rating", "1112486027,2,1,3.5");
    lines(folder.resolve("movies.csv"), "genres,movieId,title", "Comedy|Drama,2,Heat");
    prepare(MovieLens.in(folder, null), out);
    assertThat(interactions(out)).contains("1\t2\t3.5\t1112486027");
    assertThat(items(out)).contains("2\tHeat\t\t\tComedy|Drama\t");
  }

  @Test
  void itemsBesideTheRowsAreRefused() throws IOException {
    Path features = Fixtures.doubles(folder.resolve("image_feat.npy"), ROWS);
    Files.writeString(folder.resolve("._text_feat.npy"), "of a Mac");
    lines(folder.resolve("train.json"), "{\"0\": [1, \"B1\"]}");
    assertThatThrownBy(() -> prepare(JsonSplits.in(folder), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "train.json user 1: expected an integer 0 … 4 (row k of image_feat.npy is item k), got 'B1'; number the items by their rows, or leave the feature files out");
    lines(folder.resolve("train.json"), "{\"0\": [1, 5]}");
    assertThatThrownBy(() -> prepare(JsonSplits.in(folder), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("(image_feat.npy has 5 rows and row k is item k), got 5;");
    Path train = Pickles.write(folder.resolve("trnMat.pkl"), Pickles.COO_2);
    Fixtures.doubles(features, new double[][] {{1}, {2}, {3}});
    assertThatThrownBy(
            () -> prepare(new Diffmm(new SplitFiles(train, null, null, List.of(features))), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("(image_feat.npy has 3 rows and row k is item k), got 3;");
  }

  @Test
  void recboleAtomicFiles() throws IOException {
    Path inter =
        lines(
            folder.resolve("x.inter"),
            "item_id:token\tuser_id:token\trating:float\ttimestamp:float\tother:float",
            "i1\tu1\t4.0\t12.5\t1",
            "i2\tu1\t1\t11\t1");
    Path item =
        lines(
            folder.resolve("x.item"),
            "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq",
            "i1\tToy \"Story\"\t1995\tAnimation Comedy",
            "i2\tHeat\t\t'Crime', 'Sad Drama'");
    prepare(new Recbole(inter, item, Recbole.USER, Recbole.ITEM), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp", "u1\ti2\t1.0\t11.0", "u1\ti1\t4.0\t12.5");
    assertThat(items(out).subList(1, 3))
        .containsExactly(
            "i1\tToy \"Story\"\t\t\tAnimation|Comedy\t", "i2\tHeat\t\t\tCrime|Sad Drama\t");
  }

  @Test
  void jsonSplitsKeepTheirSplitAndAllRows() throws IOException {
    lines(folder.resolve("train.json"), "{\"0\": [1, 0], \"1\": [2], \"2\": [], \"3\": 7}");
    lines(folder.resolve("val.json"), "{\"0\": [2], \"1\": [[1], 0]}");
    lines(folder.resolve("test.json"), "{\"0\": [\"3\"], \"1\": [2]}");
    Fixtures.doubles(folder.resolve("image_feat.npy"), ROWS);
    Funnel funnel = prepare(JsonSplits.in(folder), PrepareOptions.DEFAULT.withKCore(0), out);
    assertThat(labelled(out)).containsExactly("0 0 0", "0 1 0", "0 2 1", "0 3 2", "1 0 1", "1 2 0");
    assertThat(drops(funnel))
        .containsExactly(
            "valid: 1 a user without a list of items",
            "valid: 1 an item that is no number or text",
            "deduplicated: 1 lines of a pair that an earlier split has");
    Dataset dataset = DatasetFolder.read(out);
    assertThat(dataset.items().all()).containsExactly("0", "1", "2", "3", "4");
    float[] row = new float[2];
    dataset.features().get(0).copyRow(4, row, 0);
    assertThat(row).containsExactly(9, 10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {Pickles.COO_0, Pickles.COO_2, Pickles.COO_5, Pickles.CSR_2, Pickles.CSR_4})
  void pickledMatricesKeepTheirSplit(String pickle) throws IOException {
    Path train = Pickles.write(folder.resolve("trnMat.pkl"), pickle);
    Path test = Pickles.write(folder.resolve("tstMat.pkl"), pickle);
    Fixtures.doubles(folder.resolve("text_feat.npy"), ROWS);
    Funnel funnel = prepare(Diffmm.in(folder), PrepareOptions.DEFAULT.withKCore(0), out);
    assertThat(labelled(out)).containsExactly("0 0 0", "1 1 0", "2 3 0");
    assertThat(drops(funnel))
        .containsExactly(
            "valid: 2 entry that is 0",
            "deduplicated: 3 lines of a pair that an earlier split has");
    assertThat(DatasetFolder.read(out).items().size()).isEqualTo(5);
    assertThat(new Diffmm(new SplitFiles(train, null, test, List.of())).description())
        .isEqualTo("diffmm trnMat.pkl, tstMat.pkl");
  }
}
