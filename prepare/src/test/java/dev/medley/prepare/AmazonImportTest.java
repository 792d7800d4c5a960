package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.drops;
import static dev.medley.prepare.Fixtures.gzip;
import static dev.medley.prepare.Fixtures.interactions;
import static dev.medley.prepare.Fixtures.items;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.prepare;
import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.FeatureMatrix;
import dev.medley.data.DatasetFolder;
import dev.medley.formats.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of Amazon's reviews become the dataset that they describe, value by value. */
class AmazonImportTest {
  @TempDir Path folder;
  private Path out = Path.of("");

  @BeforeEach
  void choose() {
    out = folder.resolve("baby");
  }

  private static String review(String user, String item, int stars, long time) {
    return "{\"reviewerID\": \"%s\", \"asin\": \"%s\", \"helpful\": [0, 1], \"reviewText\": \"it's \\\"fine\\\" \\u00e9\", \"overall\": %d.0, \"unixReviewTime\": %d}\n"
        .formatted(user, item, stars, time);
  }

  private Path reviews() throws IOException {
    return gzip(
        folder.resolve("reviews_Baby_5.json.gz"),
        review("A1", "B000000001", 5, 1400000000) + review("A1", "B000000002", 4, 1400000001),
        "{'reviewerID': 'A2', 'asin': 'B000000001', 'overall': 1.0, 'unixReviewTime': 1400000002}\n",
        "{\"asin\": \"B000000001\"}\nno review\n" + review("A2", "B000000003", 2, 1400000003));
  }

  private static Amazon old(Path reviews, Path meta, Path vectors) {
    return new Amazon(Amazon.Year.Y2014, reviews, meta, vectors, null);
  }

  @Test
  void reviewsOf2014() throws IOException {
    Funnel funnel = prepare(new Amazon(Amazon.Year.Y2014, reviews(), null, null, null), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp",
            "A1\tB000000001\t5\t1400000000",
            "A1\tB000000002\t4\t1400000001",
            "A2\tB000000001\t1\t1400000002",
            "A2\tB000000003\t2\t1400000003");
    assertThat(drops(funnel)).containsExactly("valid: 1 no user id", "valid: 1 no JSON object");
  }

  @Test
  void ratingsOf2014() throws IOException {
    Path ratings =
        lines(
            folder.resolve("ratings_Baby.csv"),
            "A1,B000000001,5.0,1400000000",
            "A2,B000000002,1.0,1400000001");
    prepare(new Amazon(Amazon.Year.Y2014, ratings, null, null, null), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp",
            "A1\tB000000001\t5\t1400000000",
            "A2\tB000000002\t1\t1400000001");
  }

  @Test
  void metadataOf2014ArePythonLiterals() throws IOException {
    Path meta =
        gzip(
            folder.resolve("meta_Baby.json.gz"),
            "{'asin': 'B000000001', 'title': \"It's a \\\"seat\\\"\", 'price': 3.5, 'description':"
                + " 'one\\ntwo\\x09caf\\xe9 \\u4e2d \\U0001f37c \\\\', 'brand': None, 'categories':"
                + " [['Baby', 'Car|Seats'], ['Baby', u'Toys']], 'related': {'also_bought':"
                + " ['B1', 'B2']}, 'salesRank': {'Baby': 12}}\n",
            "{'asin': 'B000000009', 'title': 'not bought'}\n",
            "{'asin': 'B000000002', 'brand': 'Acme' ' Inc', 'title': ''}\n",
            "{'asin': 'B000000003', 'title': open('/etc/passwd').read()}\n");
    Funnel funnel = prepare(old(reviews(), meta, vectors()), out);
    assertThat(items(out))
        .containsExactly(
            "id\ttitle\tdescription\tbrand\tcategories\timage",
            "B000000001\tIt's a \"seat\"\tone two café 中 \ud83c\udf7c \\\t\tBaby|Car Seats|Toys\t",
            "B000000002\t\t\tAcme Inc\t\t",
            "B000000003\t\t\t\t\t");
    assertThat(drops(funnel))
        .contains("items: 1 descriptions left out: a name where a literal belongs");
    assertThat(funnel.described()).isEqualTo(2);
  }

  private Path vectors() throws IOException {
    return Fixtures.vectors(
        folder.resolve("image_features_Baby.b"), "B000000002", "B000000009", "B000000001");
  }

  @Test
  void vectorsAndMmrecsMatrixOfDoublesComeOutEqual() throws IOException {
    Path meta = gzip(folder.resolve("meta.json.gz"), "{'asin': 'B000000001', 'title': 'x'}\n");
    Funnel funnel = prepare(old(reviews(), meta, vectors()), out);
    assertThat(funnel.modalities()).containsExactly(new Funnel.Vectors("image", 4096, 2));

    double[][] rows = new double[3][4096];
    for (int k = 0; k < 4096; k++) {
      rows[0][k] = Fixtures.vectorValue(2, k);
      rows[1][k] = Fixtures.vectorValue(0, k);
      rows[2][k] = Double.NaN;
    }
    Path mmrec = Files.createDirectory(folder.resolve("mmrec"));
    lines(mmrec.resolve("mmrec.inter"), "userID\titemID", "0\t0", "0\t1", "1\t0", "1\t2");
    Fixtures.doubles(mmrec.resolve("image_feat.npy"), rows);
    Path other = folder.resolve("other");
    prepare(new Mmrec(mmrec), other);

    FeatureMatrix ours = DatasetFolder.read(out).features().get(0);
    FeatureMatrix theirs = DatasetFolder.read(other).features().get(0);
    float[] our = new float[4096];
    float[] their = new float[4096];
    for (int item = 0; item < 3; item++) {
      assertThat(ours.isPresent(item)).isEqualTo(item < 2).isEqualTo(theirs.isPresent(item));
      ours.copyRow(item, our, 0);
      theirs.copyRow(item, their, 0);
      assertThat(our).isEqualTo(their);
    }
    assertThat(our).as("a missing row").containsOnly(0);
    ours.copyRow(1, our, 0);
    assertThat(our[9]).isEqualTo(2.25f);
    assertThat(Npy.read(other.resolve("image_feat.npy")).type()).isEqualTo(Npy.Type.FLOAT64);
  }

  @Test
  void reviewsAndMetadataOf2023WithMissingFields() throws IOException {
    Path reviews =
        lines(
            folder.resolve("Baby.jsonl"),
            "{\"rating\": 4.5, \"title\": \"t\", \"images\": [{\"a\": [1]}], \"asin\": \"V1\","
                + " \"parent_asin\": \"P1\", \"user_id\": \"U1\", \"timestamp\": 1588687728923}",
            "{\"asin\": \"P2\", \"user_id\": \"U1\", \"timestamp\": 1588687728924}",
            "{\"parent_asin\": \"P2\", \"user_id\": null, \"rating\": 1, \"timestamp\": 1}",
            "{\"parent_asin\": \"P1\", \"user_id\": \"U2\", \"rating\": 3}",
            "");
    Path meta =
        lines(
            folder.resolve("meta_Baby.jsonl"),
            "{\"parent_asin\": \"P1\", \"title\": \"Cup\", \"description\": [\"for\", \"tea\"],"
                + " \"store\": \"Acme\", \"categories\": [\"Baby\", \"Cups\"], \"price\": null,"
                + " \"details\": {\"Brand\": \"Other\", \"Size\": {\"deep\": []}}}",
            "{\"parent_asin\": \"P2\", \"main_category\": \"Baby\", \"description\": [],"
                + " \"details\": {\"Brand\": \"Bee\"}}");
    prepare(new Amazon(Amazon.Year.Y2023, reviews, meta, null, null), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp",
            "U1\tP1\t4.5\t1588687728923",
            "U1\tP2\t\t1588687728924",
            "U2\tP1\t3.0\t");
    assertThat(items(out).subList(1, 3))
        .containsExactly("P1\tCup\tfor tea\tAcme\tBaby|Cups\t", "P2\t\t\tBee\tBaby\t");
  }

  @Test
  void officialCoreOf2023() throws IOException {
    Path csv =
        lines(
            folder.resolve("Baby.csv"),
            "user_id,parent_asin,rating,timestamp",
            "U1,P1,5.0,1588687728923",
            "U2,P1,3.0,1588687728000");
    prepare(new Amazon(Amazon.Year.Y2023, csv, null, null, null), out);
    assertThat(interactions(out))
        .containsExactly(
            "userID\titemID\trating\ttimestamp",
            "U1\tP1\t5\t1588687728923",
            "U2\tP1\t3\t1588687728000");
  }
}
