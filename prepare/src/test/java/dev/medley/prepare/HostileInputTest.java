package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.drops;
import static dev.medley.prepare.Fixtures.gzip;
import static dev.medley.prepare.Fixtures.interactions;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.pairs;
import static dev.medley.prepare.Fixtures.prepare;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.readers.LineReader;
import dev.medley.prepare.readers.Unpacked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that mean harm cost a line or the command; nothing runs and nothing half-made stays. */
class HostileInputTest {
  private static final String GOOD =
      "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"overall\": 5, \"unixReviewTime\": 7}\n";

  @TempDir Path folder;
  private Path out = Path.of("");

  @BeforeEach
  void choose() {
    out = folder.resolve("out");
  }

  private static Amazon reviews(Path file) {
    return new Amazon(Amazon.Year.Y2014, file, null, null, null);
  }

  private static Amazon withMeta(Path reviews, Path meta) {
    return new Amazon(Amazon.Year.Y2014, reviews, meta, null, null);
  }

  private static CsvSource table(Path file) {
    return new CsvSource(
        file, new CsvSource.InteractionColumns("user", "item", null, null), null, null, null);
  }

  private void assertNothingLeft(Path... inputs) throws IOException {
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(inputs);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "(", "[{'a':"})
  void deepNestingCostsItsLine(String open) throws IOException {
    Path reviews = gzip(folder.resolve("r.gz"), open.repeat(200_000) + "\n" + GOOD);
    Path meta =
        gzip(
            folder.resolve("m.gz"),
            "{'asin': 'B1', 'related': " + open.repeat(200_000) + "\n",
            "{'asin': 'B1', 'title': 'Cup'}\n");
    Funnel funnel = prepare(withMeta(reviews, meta), out);
    assertThat(pairs(out)).containsExactly("A1 B1");
    assertThat(Fixtures.items(out)).contains("B1\tCup\t\t\t\t");
    assertThat(drops(funnel)).hasSize(2).allMatch(drop -> drop.contains(": 1 "));
  }

  @Test
  void hugeLiteralsCostTheirLines() throws IOException {
    Path reviews = gzip(folder.resolve("r.gz"), GOOD);
    Path meta =
        gzip(
            folder.resolve("m.gz"),
            "{'asin': 'B1', 'price': " + "9".repeat(100_000) + "}\n",
            "{'asin': 'B1', 'related': [" + "1,".repeat(300_000) + "]}\n",
            "{'asin': 'B1', 'title': '" + "x".repeat(9 << 20) + "'}\n",
            "{'asin': 'B1', 'title': 'Cup', 'description': '" + "y".repeat(100_000) + "'}\n");
    Funnel funnel = prepare(withMeta(reviews, meta), out);
    assertThat(drops(funnel))
        .containsExactly(
            "items: 1 descriptions left out: a number of more than 400 characters",
            "items: 1 descriptions left out: a literal of more than 131072 values",
            "items: 1 descriptions left out: longer than 8 MiB");
    assertThat(Fixtures.items(out).get(1))
        .isEqualTo("B1\tCup\t" + "y".repeat(ItemSink.LONGEST) + "\t\t\t");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__import__('os').system('touch pwned')",
        "{'asin': 'B1', 'title': __import__('os').system('touch pwned')}",
        "{'asin': 'B1', 'title': [c for c in ()]}",
        "{'asin': 'B1', **{}}",
        "{'asin': 'B1', 'title': 'x' * 9}",
        "{'asin': 'B1', 'title': f'{1}'}",
        "exec('1')",
      })
  void codeInMetadataIsNoLiteral(String line) throws IOException {
    Path reviews = gzip(folder.resolve("r.gz"), GOOD);
    Funnel funnel = prepare(withMeta(reviews, gzip(folder.resolve("m.gz"), line + "\n")), out);
    assertThat(drops(funnel)).hasSize(1);
    assertThat(Fixtures.items(out))
        .containsExactly("id\ttitle\tdescription\tbrand\tcategories\timage", "B1\t\t\t\t\t");
    assertThat(Path.of("pwned")).doesNotExist();
  }

  @Test
  void gzipBombIsRefused() throws IOException {
    Path bomb = folder.resolve("bomb.json.gz");
    byte[] zeros = new byte[1 << 20];
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      for (int k = 0; k < 100; k++) {
        out.write(zeros);
      }
    }
    String message =
        bomb
            + ": expected at most %,d bytes when unpacked (250 times its size), got more; if it is no gzip bomb, unpack it and give the unpacked file";
    message = message.formatted((64 << 20) + 250 * Files.size(bomb));
    for (Source source : List.of(reviews(bomb), table(bomb))) {
      assertThatThrownBy(() -> prepare(source, folder.resolve("new/out")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(message);
      assertNothingLeft(bomb);
    }
  }

  @Test
  void truncatedGzipTellsHowMuchWasRead() throws IOException {
    byte[] whole = Fixtures.packed(GOOD.repeat(50_000));
    Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> prepare(reviews(cut), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageMatching(
            cut
                + ": expected a whole gzip file, got one that is cut short after [1-9][0-9,]+ whole lines; fetch it again");
    assertNothingLeft(cut);

    byte[] damaged = whole.clone();
    damaged[damaged.length - 8] ^= 1; // its checksum
    Path broken = Files.write(cut, damaged);
    assertThatThrownBy(() -> prepare(reviews(broken), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a whole gzip file, got one that is damaged after ");
    assertNothingLeft(cut);

    Path header = Files.write(cut, Arrays.copyOf(whole, 6));
    assertThatThrownBy(() -> prepare(reviews(header), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cut short after 0 whole lines");
  }

  @Test
  void truncatedTableAndMetadataAndVectorsAreRefused() throws IOException {
    byte[] csv = Fixtures.packed("user,item\n" + "a,b\nc,d\n".repeat(50_000));
    Path cut = Files.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(csv, csv.length - 9));
    assertThatThrownBy(() -> prepare(table(cut), out))
        .hasMessageContaining("cut short after 100,001 whole lines");
    assertNothingLeft(cut);

    Path good = gzip(folder.resolve("r.gz"), GOOD);
    assertThatThrownBy(() -> prepare(withMeta(good, cut), out))
        .hasMessageContaining("cut short after");

    Path vectors = Fixtures.vectors(folder.resolve("v.b"), "B1\0\0\0\0\0\0\0\0", "B000000002");
    Files.write(vectors, Arrays.copyOf(Files.readAllBytes(vectors), 20_000));
    assertThatThrownBy(() -> prepare(new Amazon(Amazon.Year.Y2014, good, null, vectors, null), out))
        .hasMessage(
            vectors
                + ": expected records of 16,394 bytes (an id of 10 and 4096 numbers), got a part of one after 1 whole records; fetch it again");
    assertNothingLeft(cut, good, vectors);
  }

  @Test
  void bytesBehindTheLastMemberAreRefused() throws IOException {
    byte[] first = Fixtures.packed(GOOD.repeat(9_000));
    byte[] second = Fixtures.packed(GOOD);
    Path file = folder.resolve("r.gz");
    for (int members : new int[] {1, 2, 5}) { // their ends lie anywhere in the reader's buffer
      for (int cut : new int[] {0, 1, 5, 9}) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int k = 0; k < members; k++) {
          bytes.write(first);
        }
        bytes.write(second, 0, cut);
        Files.write(file, bytes.toByteArray());
        if (cut == 0) {
          assertThat(lineCount(file)).isEqualTo(9_000L * members);
        } else {
          assertThatThrownBy(() -> lineCount(file))
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("expected a whole gzip file, got one that is damaged after");
        }
      }
    }
  }

  @Test
  void bytesBehindAMemberAreSeenWhereverTheBufferEnds() throws IOException {
    byte[] noise = new byte[1 << 16];
    new Random(3).nextBytes(noise); // stored, so that the packed size follows it byte by byte
    Path file = folder.resolve("r.gz");
    for (int length = noise.length - 60; length < noise.length; length++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream out = new GZIPOutputStream(bytes)) {
        out.write(noise, 0, length);
      }
      Files.write(file, bytes.toByteArray());
      try (InputStream in = Unpacked.open(file)) {
        assertThat(in.readAllBytes()).hasSize(length);
      }
      bytes.write(new byte[] {0x1f, (byte) 0x8b, 8});
      Files.write(file, bytes.toByteArray());
      try (InputStream in = Unpacked.open(file)) {
        assertThatThrownBy(in::readAllBytes)
            .as("length %d", length)
            .isInstanceOf(IOException.class);
      }
    }
  }

  private static long lineCount(Path file) throws IOException {
    try (LineReader lines = LineReader.open(file)) {
      while (lines.next()) {
        // counted by the reader
      }
      return lines.number();
    }
  }

  @Test
  void vectorsCutInTheGzipHeaderAreRefused() throws IOException {
    Path good = gzip(folder.resolve("r.gz"), GOOD);
    Path cut = Files.write(folder.resolve("v.b"), Arrays.copyOf(Fixtures.packed(GOOD), 6));
    assertThatThrownBy(() -> prepare(new Amazon(Amazon.Year.Y2014, good, null, cut, null), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("got a part of one after 0 whole records; fetch it again");
    assertNothingLeft(good, cut);
  }

  @Test
  void nulBytesCostTheirLines() throws IOException {
    Path file =
        lines(folder.resolve("i.csv"), "user,item", "a\0,x", "b,x", "\0\0\0\0", "c,\0", "d,x");
    Funnel funnel = prepare(table(file), out);
    assertThat(pairs(out)).containsExactly("b x", "d x");
    assertThat(funnel.drops().stream().mapToLong(Funnel.Drop::count).sum()).isEqualTo(3);
  }

  @Test
  void quotesAcrossLinesAreOneFieldAndAnUnclosedOneCostsItsLine() throws IOException {
    Path file =
        lines(
            folder.resolve("i.csv"),
            "user,item,note",
            "a,x,\"one\ntwo, \"\"three\"\"\n\"",
            "d,x,\"behind\" it",
            "e,x,5\" wide",
            "b,x,\"never closed",
            "c,x,");
    Funnel funnel = prepare(table(file), out);
    assertThat(pairs(out)).containsExactly("a x", "c x", "e x");
    assertThat(drops(funnel))
        .containsExactlyInAnyOrder(
            "valid: 1 a quote that is not closed", "valid: 1 text behind a closing quote");
  }

  @Test
  void manyUnclosedQuotesDoNotSlowReading() throws IOException {
    StringBuilder text = new StringBuilder("user,item\n");
    for (int k = 0; k < 20_000; k++) {
      text.append("\"a,x\n").append("plain\n".repeat(9));
    }
    Path file = Files.writeString(folder.resolve("i.csv"), text + "b,x\n");
    prepare(table(file), out);
    assertThat(pairs(out)).containsExactly("b x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../secret.png", "/etc/passwd", "a/../../secret.png", ".", "", "..", "a\0.png"})
  void pictureNameDoesNotLeadOut(String name) throws IOException {
    Files.writeString(folder.resolve("secret.png"), "secret");
    Path images = Files.createDirectory(folder.resolve("pictures"));
    Path interactions = lines(folder.resolve("i.csv"), "user,item", "a,x");
    Path items = lines(folder.resolve("items.csv"), "id,image", "x,\"" + name + "\"");
    Funnel funnel =
        prepare(
            new CsvSource(
                interactions,
                new CsvSource.InteractionColumns("user", "item", null, null),
                items,
                new CsvSource.ItemColumns("id", null, null, null, null, "image"),
                images),
            out);
    assertThat(funnel.pictures()).isZero();
    assertThat(funnel.drops()).hasSize(1);
    assertThat(Fixtures.items(out)).contains("x\t\t\t\t\t");
    assertThat(out.resolve("images")).doesNotExist();
  }

  @Test
  void itemThatNamesItsPictureDoesNotLeadOut() throws IOException {
    Files.writeString(folder.resolve("secret.png"), "secret");
    Path images = Files.createDirectory(folder.resolve("pictures"));
    Path interactions = lines(folder.resolve("i.csv"), "user,item", "a,../secret");
    prepare(
        new CsvSource(
            interactions,
            new CsvSource.InteractionColumns("user", "item", null, null),
            null,
            null,
            images),
        out);
    assertThat(Fixtures.items(out)).contains("../secret\t\t\t\t\t");
    assertThat(out.resolve("images")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {Pickles.EVIL_0, Pickles.EVIL_4})
  void pickleThatImportsIsRefusedByName(String pickle) throws IOException {
    Path file = Pickles.write(folder.resolve("trnMat.pkl"), pickle);
    assertThatThrownBy(() -> prepare(new Diffmm(new SplitFiles(file, null, null, List.of())), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            file
                + ": expected a pickled scipy matrix (coo or csr), got a pickle that imports posix.system; it is refused, and nothing of it was run");
    assertThat(Path.of("pwned")).doesNotExist();
    assertNothingLeft(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "]q\0]q\1h\0aaU\001x\223.", // lists within each other as a module
        "U\001x]q\0]q\1h\0aa\223.", // … as a name
        "ccopyreg\n_reconstructor\n]q\0]q\1h\0aa\205R}b.", // … as a type
        "cscipy.sparse._coo\ncoo_matrix\n)\201}(U\006_shapecnumpy._core.numeric\n_frombuffer\n"
            + "(C\0cnumpy\ndtype\nU\002i4\205RK\0\205tRK\002\206ub." // a side of no number
      })
  void pickleOfCyclesAndEmptyArraysIsRefused(String pickle) throws IOException {
    Path file =
        Files.write(folder.resolve("trnMat.pkl"), pickle.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> prepare(new Diffmm(new SplitFiles(file, null, null, List.of())), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it is refused, and nothing of it was run");
    assertNothingLeft(file);
  }

  @Test
  void idsThatAreNoTextCostTheirLines() throws IOException {
    Path file = folder.resolve("i.csv");
    byte[] bytes = "user,item\nca\u00e9,x\nb,x\n".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(file, bytes);
    assertThat(drops(prepare(table(file), out)))
        .containsExactly("valid: 1 user id that is not UTF-8 text");
    Path lone =
        lines(
            folder.resolve("r.json"),
            "{\"reviewerID\": \"\\ud800\", \"asin\": \"B1\"}",
            GOOD.strip(),
            "{\"reviewerID\": \"" + "x".repeat(600) + "\", \"asin\": \"B1\"}");
    Path other = folder.resolve("other");
    assertThat(drops(prepare(reviews(lone), other)))
        .containsExactly(
            "valid: 1 user id that is not UTF-8 text",
            "valid: 1 user id longer than 512 characters");
    assertThat(interactions(other)).hasSize(2);
  }

  @Test
  void fileWithoutAnyInteractionIsRefusedWithItsReasons() throws IOException {
    Path file = lines(folder.resolve("r.json"), "{\"asin\": \"B1\"}", "nonsense");
    assertThatThrownBy(() -> prepare(reviews(file), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "amazon2014 r.json: expected at least one valid interaction, got none of 2 (1 no user id, first at r.json line 1; 1 no JSON object, first at r.json line 2); check the files and the names of the columns");
    assertNothingLeft(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "7",
        "{",
        "{\"0\": [1",
        "{\"0\": [1]} x",
        "{\"0\": [1],}",
        "{\"0\": [[[[[[[[[[1]",
      })
  void damagedJsonSplitIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("train.json"), text);
    assertThatThrownBy(
            () -> prepare(new JsonSplits(new SplitFiles(file, null, null, List.of())), out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining("expected one object {\"user\": [items]}, got something else");
    assertNothingLeft(file);
  }
}
