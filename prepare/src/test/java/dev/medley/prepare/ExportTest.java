package dev.medley.prepare;

import static dev.medley.prepare.Fixtures.labelled;
import static dev.medley.prepare.Fixtures.lines;
import static dev.medley.prepare.Fixtures.prepare;
import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.data.ReadOptions;
import dev.medley.formats.Npy;
import dev.medley.prepare.DatasetExport.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes out in a format of others comes back as it was. */
class ExportTest {
  private static final double[][] ROWS = {
    {0.1, 1 / 3.0}, {2, -3e-20}, {Double.NaN, Double.NaN}, {4, 5}
  };

  @TempDir Path folder;
  private Path mmrec = Path.of("");

  @BeforeEach
  void write() throws IOException {
    mmrec = Files.createDirectory(folder.resolve("mmrec"));
    List<String> lines = new ArrayList<>(List.of("userID\titemID\trating\ttimestamp\tx_label"));
    for (int user = 0; user < 4; user++) {
      lines.add(user + "\t" + user + "\t5.0\t" + (100 + user) + "\t0");
      lines.add(user + "\t" + (user + 1) % 4 + "\t4.0\t" + (90 + user) + "\t" + (1 + user % 2));
    }
    lines(mmrec.resolve("mmrec.inter"), lines.toArray(String[]::new));
    Fixtures.doubles(mmrec.resolve("image_feat.npy"), ROWS);
    Npy.write(mmrec.resolve("text_feat.npy"), 4, 1, (row, out) -> out[0] = row / 3f);
  }

  private static List<String> sorted(Path file) throws IOException {
    return Files.readAllLines(file).stream().sorted().toList();
  }

  @Test
  void mmrecsLayoutRoundTrips() throws IOException {
    Path dataset = folder.resolve("dataset");
    Preparation.run(new Mmrec(mmrec), PrepareOptions.DEFAULT, dataset, Progress.NONE);
    Path back = folder.resolve("back");
    List<String> files = DatasetExport.run(dataset, ReadOptions.DEFAULT, Format.MMREC, back);

    assertThat(files)
        .containsExactly(
            "dataset.inter",
            "i_id_mapping.csv",
            "image_feat.npy",
            "text_feat.npy",
            "u_id_mapping.csv");
    assertThat(sorted(back.resolve("dataset.inter")))
        .isEqualTo(sorted(mmrec.resolve("mmrec.inter")));
    for (String name : List.of("image_feat.npy", "text_feat.npy")) {
      assertThat(back.resolve(name)).hasSameBinaryContentAs(mmrec.resolve(name));
    }
  }

  @Test
  void idsOfOthersBecomeNumbersAndAMapping() throws IOException {
    Path table = lines(folder.resolve("i.csv"), "user,item", "ann,x", "ann,y", "ann,z", "bob,z");
    Path dataset = folder.resolve("shop");
    prepare(
        new CsvSource(
            table, new CsvSource.InteractionColumns("user", "item", null, null), null, null, null),
        dataset);
    Path back = folder.resolve("back");
    DatasetExport.run(dataset, ReadOptions.DEFAULT, Format.MMREC, back);
    assertThat(Files.readAllLines(back.resolve("i_id_mapping.csv")))
        .containsExactly("asin\titemID", "x\t0", "y\t1", "z\t2");
    assertThat(Files.readAllLines(back.resolve("u_id_mapping.csv")))
        .containsExactly("user_id\tuserID", "ann\t0", "bob\t1");
    assertThat(Files.readAllLines(back.resolve("shop.inter")))
        .contains("userID\titemID\tx_label", "1\t2\t0")
        .hasSize(5);
  }

  @Test
  void csvComesBackAsTheSameDataset() throws IOException {
    Path dataset = dataset();
    Path csv = folder.resolve("csv");
    DatasetExport.run(dataset, ReadOptions.DEFAULT, Format.CSV, csv);
    Path again = folder.resolve("again");
    prepare(
        new CsvSource(
            csv.resolve("interactions.csv"),
            new CsvSource.InteractionColumns("user", "item", "rating", "timestamp"),
            csv.resolve("items.csv"),
            new CsvSource.ItemColumns("id", "title", "description", "brand", "categories", "image"),
            csv.resolve("images")),
        again);
    assertThat(again.resolve("items.tsv")).hasSameTextualContentAs(dataset.resolve("items.tsv"));
    assertThat(labelled(again)).isEqualTo(labelled(dataset));
    assertThat(Fixtures.interactions(again)).isEqualTo(Fixtures.interactions(dataset));
    assertThat(again.resolve("images/a.png")).hasContent("a");
  }

  /** Two users, two described items, a picture. */
  private Path dataset() throws IOException {
    Path images = Files.createDirectory(folder.resolve("pictures"));
    Files.writeString(images.resolve("a.png"), "a");
    Path dataset = folder.resolve("shop");
    prepare(
        new CsvSource(
            lines(
                folder.resolve("i.csv"),
                "user,item,rating,time",
                "ann,x,5,1",
                "ann,y,3,2",
                "bob,x,1,3"),
            new CsvSource.InteractionColumns("user", "item", "rating", "time"),
            lines(
                folder.resolve("items.csv"),
                "id,title,text,brand,kind,image",
                "x,\"A \"\"big\"\", one\",words,Acme,Toys|Car Seats,a.png",
                "y,B,,,,"),
            new CsvSource.ItemColumns("id", "title", "text", "brand", "kind", "image"),
            images),
        dataset);
    return dataset;
  }

  @Test
  void recboleComesBackAsTheSameInteractions() throws IOException {
    Path dataset = dataset();
    Path recbole = folder.resolve("recbole");
    DatasetExport.run(dataset, ReadOptions.DEFAULT, Format.RECBOLE, recbole);
    assertThat(Files.readAllLines(recbole.resolve("shop.item")))
        .containsExactly(
            "item_id:token\ttitle:token_seq\tdescription:token_seq\tbrand:token\tcategories:token_seq",
            "x\tA \"big\", one\twords\tAcme\tToys Car_Seats",
            "y\tB\t\t\t");
    int parts = 0;
    for (String part : List.of("train", "valid", "test")) {
      parts += Files.readAllLines(recbole.resolve("shop." + part + ".inter")).size() - 1;
    }
    assertThat(parts).isEqualTo(3);
    Path again = folder.resolve("again");
    prepare(
        new Recbole(
            recbole.resolve("shop.inter"),
            recbole.resolve("shop.item"),
            Recbole.USER,
            Recbole.ITEM),
        again);
    assertThat(Fixtures.interactions(again)).isEqualTo(Fixtures.interactions(dataset));
  }

  @Test
  void parquetHoldsIdsAndNumbers() throws IOException {
    Path file = folder.resolve("users.parquet");
    ParquetTable.write(
        file,
        List.of("ann", "bob"),
        2,
        (row, out) -> {
          out[0] = row;
          out[1] = 0.5f;
        });
    Path metrics = folder.resolve("metrics.parquet");
    ParquetTable.write(
        metrics,
        List.of("ann", "bob"),
        List.of("recall@20"),
        (row, out) -> out[0] = row == 0 ? Double.NaN : 0.25);
    try (var files = Files.list(folder)) {
      assertThat(files).as("no scratch stays").containsExactlyInAnyOrder(mmrec, file, metrics);
    }
    List<String> rows = new ArrayList<>();
    try (Workspace workspace = Workspace.open(folder.resolve("db"), 128, 1)) {
      workspace.query(
          "SELECT id, embedding[1], embedding[2] FROM '" + file + "' ORDER BY id",
          row -> rows.add(row.getString(1) + " " + row.getFloat(2) + " " + row.getFloat(3)));
      workspace.query(
          "SELECT id, \"recall@20\" FROM '" + metrics + "' ORDER BY id",
          row -> rows.add(row.getString(1) + " " + row.getString(2)));
    }
    assertThat(rows).containsExactly("ann 0.0 0.5", "bob 1.0 0.5", "ann null", "bob 0.25");
  }
}
