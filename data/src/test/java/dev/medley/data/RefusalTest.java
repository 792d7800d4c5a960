package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
  private static final float NAN = Float.NaN;

  @TempDir Path parent;

  private static void assertRefused(Path folder, String message) {
    assertThatThrownBy(() -> DatasetFolder.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(folder + message);
  }

  @Test
  void missingFolderOrFileIsRefused() throws IOException {
    assertRefused(
        parent.resolve("none"), ": expected a dataset folder, got no such folder; check the path");
    Path folder = Files.createDirectory(parent.resolve("shop"));
    assertRefused(
        folder,
        ": expected an interaction file NAME.inter, got none; add shop.inter with a header line"
            + " 'userID itemID'");
    Path file = Files.createFile(folder.resolve("shop.inter"));
    assertRefused(file, ": expected a dataset folder, got a file; give the folder that holds it");
    assertRefused(
        folder,
        "/shop.inter: expected a header line like 'userID itemID x_label', got an empty file; write"
            + " the file again");
    Files.writeString(file, "\n\r\n");
    assertRefused(
        folder,
        "/shop.inter: expected a header line like 'userID itemID x_label', got only empty lines;"
            + " write the file again");
    Files.writeString(file, "userID\titemID\n");
    assertRefused(
        folder,
        "/shop.inter: expected at least one interaction below the header, got none; add some");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user itemID      | 1 2       |  line 1: expected tab-separated columns userID and itemID, got 'user\\titemID'; name the columns so",
        "userID userID itemID | 1 2 3 |  line 1: expected one column userID, got two; remove one",
        "userID itemID    | 1 2,3     |  line 3: expected 2 tab-separated fields as in the header, got 1; mend the line",
        "userID itemID    | 1 2,3 4 5 |  line 3: expected 2 tab-separated fields as in the header, got 3; mend the line",
        "userID itemID    | 1 2,,3 4  |  line 3: expected tab-separated fields, got an empty line; remove it",
        "userID itemID x_label | 1 2 3 | ' line 2, column x_label: expected 0 (train), 1 (validation) or 2 (test), got ''3''; mend the line'",
        "userID itemID x_label | 1 2 0.0 | ' line 2, column x_label: expected 0 (train), 1 (validation) or 2 (test), got ''0.0''; mend the line'",
        "userID itemID x_label | 1 2 -1 | ' line 2, column x_label: expected 0 (train), 1 (validation) or 2 (test), got ''-1''; mend the line'",
        "userID itemID rating | 1 2 good | ' line 2, column rating: expected a number, got ''good''; mend the line'",
        "userID itemID rating | 1 2 NaN | ' line 2, column rating: expected a number, got ''NaN''; mend the line'",
        "userID itemID timestamp | 1 2 1e999 | ' line 2, column timestamp: expected a number, got ''1e999''; mend the line'",
        "userID itemID timestamp | 1 2 2020-01-01 | ' line 2, column timestamp: expected a number, got ''2020-01-01''; mend the line'",
        "userID itemID x  | ' 2 3'    |  line 2, column userID: expected an id, got an empty field; fill it in or remove the line",
        "userID itemID x  | 1  3      |  line 2, column itemID: expected an id, got an empty field; fill it in or remove the line",
        "userID itemID x_label | 1 2 1,1 3 2 | : expected at least one training interaction, got none of 2 (split x_label); give some lines x_label 0 or use --split random",
      })
  void badLineIsRefused(String header, String lines, String message) throws IOException {
    Path folder = Folders.shop(parent, (header + "," + lines).split(",", -1));

    String start = message.startsWith(":") ? "/shop.inter" : "/shop.inter ";
    assertRefused(folder, start + message.strip());
  }

  @Test
  void foreignBytesAreRefused() throws IOException {
    Path folder = Folders.shop(parent);
    Files.write(
        folder.resolve("shop.inter"),
        "userID\titemID\n1\tcaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(
        folder,
        "/shop.inter line 2, column itemID: expected UTF-8 text, got other bytes; save the file as"
            + " UTF-8");
    Files.writeString(folder.resolve("shop.inter"), "userID\titemID\n1\ta\u0000b\n");
    assertRefused(
        folder,
        "/shop.inter line 2, column itemID: expected an id without control characters, got 'a?b';"
            + " remove them");
  }

  @Test
  void itemBeyondTheFeatureRowsIsRefused() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0", "1 3");
    Folders.counting(folder, "image", 3);

    assertRefused(
        folder,
        "/shop.inter line 3, column itemID: expected an integer 0 … 2 (image_feat.npy has 3 rows"
            + " and row k is item k), got 3; add the missing rows or items.tsv");
  }

  @Test
  void textIdsWithFeaturesNeedItemsFile() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 a");
    Folders.counting(folder, "image", 3);

    assertRefused(
        folder,
        "/shop.inter line 2, column itemID: expected an integer 0 … 2 (row k of image_feat.npy is"
            + " item k), got 'a'; add items.tsv, whose data line k names the item of row k");
  }

  @Test
  void featureRowsMustAgree() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Folders.counting(folder, "image", 3);
    Folders.counting(folder, "text", 2);
    assertRefused(
        folder,
        "/text_feat.npy: expected 3 rows as in image_feat.npy, got 2; give every modality one row"
            + " per item");
    Folders.lines(folder.resolve("items.tsv"), "id", "0", "1");
    assertRefused(
        folder,
        "/image_feat.npy: expected 2 rows (one per line of items.tsv), got 3; make both list the"
            + " same items");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 20})
  void badNumbersInFeaturesAreRefused(long mapAbove) throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    ReadOptions options =
        new ReadOptions(SplitKind.SHIPPED, ReadOptions.DEFAULT.splitSeed(), mapAbove);
    Folders.features(folder, "image", new float[] {1, 2}, new float[] {3, Float.NEGATIVE_INFINITY});
    assertThatThrownBy(() -> DatasetFolder.read(folder, options))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + "/image_feat.npy row 1: expected finite numbers, got infinity in column 1; mend"
                + " the row, or make all of it NaN to mark the item as missing");
    Folders.features(folder, "image", new float[] {1, NAN}, new float[] {3, 4});
    assertThatThrownBy(() -> DatasetFolder.read(folder, options))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + "/image_feat.npy row 0: expected numbers, or all NaN for a missing item, got 1 NaN"
                + " of 2; mend the row, or make all of it NaN");
  }

  @Test
  void otherArraysThanFloatMatricesAreRefused() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Path file = folder.resolve("image_feat.npy");
    Folders.npy(file, "{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }", 16);
    assertRefused(
        folder,
        "/image_feat.npy: expected numbers of type float16, float32 or float64 (int32 or int64 for"
            + " indexes), got objects (pickled Python, '|O'); save it again with numpy.save(path,"
            + " array.astype('float32'))");
    Folders.npy(file, "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }", 16);
    assertRefused(
        folder,
        "/image_feat.npy: expected float16, float32 or float64, got INT64; save it again with"
            + " array.astype('float32')");
    Folders.npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 16);
    assertRefused(
        folder,
        "/image_feat.npy: expected a matrix with a row per item and at least one column, got (2,);"
            + " save it again");
  }

  @Test
  void hugeEmptyMatrixIsRefusedWithoutAllocating() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Path file = folder.resolve("image_feat.npy");
    Folders.npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2147483647), }", 0);
    assertThatThrownBy(() -> DatasetFolder.read(folder)).hasMessageContaining("(0, 2147483647)");
    Folders.npy(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 0), }", 0);
    assertThatThrownBy(() -> DatasetFolder.read(folder)).hasMessageContaining("(2147483647, 0)");
  }

  @Test
  void badItemsFileIsRefused() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Path items = folder.resolve("items.tsv");
    Folders.lines(items, "title id", "A 0");
    assertRefused(
        folder,
        "/items.tsv line 1: expected 'id' as the first column, got 'title'; put the ids first");
    Folders.lines(items, "id title", "0 A", "0 B");
    assertRefused(
        folder,
        "/items.tsv line 3, column id: expected each item once, got '0' twice; remove one of its"
            + " lines");
    Folders.lines(items, "id title title", "0 A B");
    assertRefused(folder, "/items.tsv line 1: expected one column title, got two; remove one");
    Folders.lines(items, "id title", "0");
    assertRefused(
        folder,
        "/items.tsv line 2: expected 2 tab-separated fields as in the header, got 1; mend the"
            + " line");
    Folders.lines(items, "id title");
    assertRefused(
        folder, "/items.tsv: expected at least one item below the header, got none; add some");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]                           | , field the whole file: expected an object in braces, got '[1]'",
        "{\"format\": 2}               | , field format: expected at most 1, got 2; use a newer Medley",
        "{\"format\": \"x\"}           | , field format: expected a whole number of at least 1, got '\"x\"'",
        "{\"modalities\": 3}           | , field modalities: expected a list, got '3'",
        "{\"modalities\": [{}]}        | , field modalities[0].name: expected text, got nothing",
        "{\"modalities\": [{\"name\": \"a\", \"missing\": [{}]}]} | , field modalities[0].missing: expected a list of item ids, got '{}'",
        "{\"files\": []}               | , field files: expected an object of file names and their SHA-256, got '[]'",
        "{\"files\": {\"a\": 1}}       | , field files: expected an object of file names and their SHA-256, got '1'",
      })
  void badManifestIsRefused(String json, String message) throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Files.writeString(folder.resolve("dataset.json"), json);

    assertThatThrownBy(() -> DatasetFolder.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder + "/dataset.json" + message);
  }

  @Test
  void brokenManifestIsRefusedWithItsLine() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Files.writeString(folder.resolve("dataset.json"), "{\n\"name\": \"x\",\n\"users\": oops\n}");
    assertThatThrownBy(() -> DatasetFolder.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            folder + "/dataset.json line 3: expected JSON, got something else (Unrecognized token");

    Files.writeString(folder.resolve("dataset.json"), "");
    assertThatThrownBy(() -> DatasetFolder.read(folder)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void oddManifestsAreNoAccident() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Files.write(folder.resolve("dataset.json"), new byte[] {0, 0, 0, '{', 1, 1, 1, 1});
    assertThatThrownBy(() -> DatasetFolder.read(folder)).isInstanceOf(InvalidInputException.class);

    Files.writeString(folder.resolve("dataset.json"), "{\"files\": {\"a\\u0000b\": \"00\"}}");
    assertThat(DatasetFolder.read(folder).warnings())
        .containsExactly("dataset.json lists the file 'a?b', which is not there");
  }

  @Test
  void listedItemMustExist() throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");
    Folders.counting(folder, "image", 1);
    Files.writeString(
        folder.resolve("dataset.json"),
        "{\"modalities\": [{\"name\": \"image\", \"missing\": [\"p9\"]}]}");

    assertRefused(
        folder,
        "/dataset.json, missing items of image: expected ids of items, got 'p9'; remove it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"temporal", "leave-one-out"})
  void splitByTimeNeedsTimestamps(String split) throws IOException {
    Path folder = Folders.shop(parent, "userID itemID", "1 0");

    assertThatThrownBy(
            () -> DatasetFolder.read(folder, ReadOptions.split(SplitKind.parse(split), 0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "%s/shop.inter: expected a timestamp column for the split %s, got none; add it or use --split random"
                .formatted(folder, split));
  }

  @Test
  void unknownSplitIsRefusedWithTheKnownOnes() {
    assertThat(SplitKind.parse("leave-one-out")).isEqualTo(SplitKind.LEAVE_ONE_OUT);
    assertThatThrownBy(() -> SplitKind.parse("9:1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "split: expected 'random', 'temporal', 'leave-one-out' or 'shipped' (the x_label"
                + " column), got '9:1'; choose one of them");
  }
}
