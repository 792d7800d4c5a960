package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.medley.formats.Npy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code medley prepare} and {@code medley export} as a new user would call them. */
class PrepareCommandTest extends CommandLineTest {

  private Path write(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** Twelve users who bought five of six items each. */
  private Path orders() throws IOException {
    List<String> lines = new ArrayList<>(List.of("customer,product,stars,day"));
    for (int user = 0; user < 12; user++) {
      for (int k = 0; k < 5; k++) {
        lines.add("c%d,p%d,%d,2024-01-%02d".formatted(user, (user + k) % 6, 1 + k, 1 + user + k));
      }
    }
    return write("orders.csv", lines.toArray(String[]::new));
  }

  private Path products() throws IOException {
    return write(
        "products.csv",
        "sku,name,text,maker,kind,picture",
        "p0,\"Cup, blue\",for tea,Acme,Kitchen|Cups,cup.png",
        "p1,Plate,,,,missing.png",
        "p9,Unsold,,,,");
  }

  private Outcome prepareShop(Path out, Object... more) throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Files.writeString(pictures.resolve("cup.png"), "png");
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("prepare", "csv", "--interactions", orders()));
    arguments.addAll(List.of("--user", "customer", "--item", "product", "--rating", "stars"));
    arguments.addAll(List.of("--timestamp", "day", "--items", products(), "--item-id", "sku"));
    arguments.addAll(List.of("--title", "name", "--description", "text", "--brand", "maker"));
    arguments.addAll(List.of("--category", "kind", "--image", "picture", "--images", pictures));
    arguments.addAll(List.of("--out", out));
    arguments.addAll(List.of(more));
    return medley(arguments.toArray());
  }

  @Test
  void aSplitThatHoldsNothingOutIsSaid() throws IOException {
    Path one = folder.resolve("one.csv");
    Files.write(one, List.of("customer,product", "a,p", "b,p", "b,q"));
    Path data = folder.resolve("little");
    assertThat(
            medley(
                    "prepare",
                    "csv",
                    "--interactions",
                    one,
                    "--user",
                    "customer",
                    "--item",
                    "product",
                    "--k-core",
                    0,
                    "--out",
                    data)
                .done()
                .errors())
        .anyMatch(line -> line.startsWith("warning: " + data + " has 0 validation and "));
  }

  @Test
  void ownTablesBecomeADatasetThatTrains() throws IOException {
    Path out = folder.resolve("shop");
    Outcome outcome = prepareShop(out).done();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("read", "deduplicated", "split random(seed 0)", "1 items whose picture is not in")
        .endsWith(out + System.lineSeparator());

    JsonNode inspected = medley("inspect", out, "--json").done().json();
    assertThat(inspected.get("users").intValue()).isEqualTo(12);
    assertThat(inspected.get("items").intValue()).isEqualTo(6);
    assertThat(inspected.get("train").intValue()).isEqualTo(36);
    assertThat(Files.readAllLines(out.resolve("items.tsv")))
        .contains("p0\tCup, blue\tfor tea\tAcme\tKitchen|Cups\tcup.png", "p1\tPlate\t\t\t\t")
        .hasSize(7);
    assertThat(out.resolve("images/cup.png")).hasContent("png");
    train("popular", out, folder.resolve("run"));
    assertThat(folder.resolve("run/metrics.json")).exists();
  }

  @Test
  void theWrongColumnOfItemIdsIsRefused() throws IOException {
    Path items = products();
    List<Object> arguments =
        new ArrayList<>(
            List.of("prepare", "csv", "--user", "customer", "--item", "product", "--item-id"));
    arguments.addAll(List.of("name", "--interactions", orders(), "--items", items));
    arguments.addAll(List.of("--out", folder.resolve("x")));
    assertRefused(
        arguments,
        "--item-id name: expected ids of products.csv column name among those of orders.csv column product, got none (first: 'Cup, blue' against 'p0'); choose another --item-id");
  }

  @Test
  void funnelAsJson() throws IOException {
    JsonNode funnel =
        prepareShop(folder.resolve("shop"), "--json", "--k-core", 5, "--split", "leave-one-out")
            .done()
            .json();
    assertThat(funnel.get("funnel").findValuesAsText("stage"))
        .containsExactly("read", "valid", "deduplicated", "5-core");
    assertThat(funnel.get("funnel").get(0).get("interactions").intValue()).isEqualTo(60);
    assertThat(funnel.get("split").textValue()).isEqualTo("leave-one-out");
    assertThat(funnel.get("test").intValue()).isEqualTo(12);
    assertThat(funnel.get("pictures").intValue()).isEqualTo(1);
    JsonNode dropped = funnel.get("dropped");
    assertThat(dropped.get(0).get("reason").textValue())
        .isEqualTo("descriptions of items that nobody interacted with");
    assertThat(dropped.get(0).get("first").textValue()).isEqualTo("products.csv line 4");
    assertThat(dropped.get(1).get("reason").textValue())
        .startsWith("items whose picture is not in ");
  }

  @Test
  void existingFolderIsRefused() throws IOException {
    Path out = Files.createDirectory(folder.resolve("shop"));
    Files.writeString(out.resolve("mine.txt"), "x");
    assertRefused(
        List.of(
            "prepare",
            "csv",
            "--interactions",
            orders(),
            "--user",
            "customer",
            "--item",
            "product",
            "--out",
            out),
        out + ": expected a new or empty folder, got one with files");
  }

  @Test
  void truncatedReviewsAreRefusedAndLeaveNothing() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      for (int k = 0; k < 5_000; k++) {
        out.write(
            "{\"reviewerID\": \"A%d\", \"asin\": \"B%d\"}\n"
                .formatted(k, k % 7)
                .getBytes(StandardCharsets.UTF_8));
      }
    }
    Path reviews =
        Files.write(
            folder.resolve("reviews_X_5.json.gz"),
            Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
    assertRefused(
        List.of("prepare", "amazon2014", "--reviews", reviews, "--out", folder.resolve("x")),
        reviews + ": expected a whole gzip file, got one that is cut short after ",
        " whole lines");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prepare | expected a source: csv, amazon2014, amazon2023, movielens, recbole, mmrec, json-splits, diffmm; see 'medley prepare --help'",
        "prepare amazon | unknown source 'amazon'; did you mean 'amazon2014'?; see 'medley prepare --help'",
        "prepare csv --interactions x --user u --item i | Missing required option: '--out=DIR'; see 'medley prepare csv --help'",
        "prepare csv --interactions x --user u --item i --out y | x: expected a file, got no such file; check the path",
        "prepare csv --interactions x --user u --item i --out y --k-core -1 | --k-core: expected at least 0, got -1; 0 keeps everything",
        "prepare csv --interactions x --user u --item i --out y --title t | --items: expected FILE for the columns of items, got none; give the table of items",
        "prepare csv --interactions x --user u --item i --out y --since soon | --since: expected a number or a date as 2014-07-23 or 2014-07-23T12:00:00, got 'soon'",
        "prepare csv --interactions x --user u --item i --out y --split shipped | --split: expected random, temporal or leave-one-out, got 'shipped'; leave the option out to keep the source's own split",
        "prepare csv --interactions x --user u --item i --out y --memory 1 | --memory: expected at least 64 MiB, got 1; give more",
        "prepare movielens --out y | --folder, --ratings: expected one of them, got none; give the folder of a download, or its files",
        "prepare movielens --folder . --ratings x --out y | --folder, --ratings: expected one of them, got both; give the folder of a download, or its files",
        "prepare mmrec --folder nowhere --out y | nowhere: expected a dataset folder, got no such folder; check the path",
        "prepare amazon2014 --review x --out y | unknown option '--review'; did you mean '--reviews'?; see 'medley prepare amazon2014 --help'",
        "export x | Missing required options: '--format=FORM', '--out=DIR'; see 'medley export --help'",
        "export x --format xml --out y | --format: expected mmrec, recbole or csv for a dataset, npy or parquet for a run, got 'xml'",
        "export x --format mmrec --out y | x: expected a dataset folder, got no such folder; check the path",
        "export x --format npy --out y | x: expected the folder of a run, got no such folder; check the path",
      })
  void wrongArgumentsAreRefused(String line, String message) throws IOException {
    assertRefused(List.of(line.strip().split(" ")), message);
  }

  @Test
  void mmrecRoundTrips() throws IOException {
    Path shop = Shops.shop(folder, "image", "text");
    Path dataset = folder.resolve("dataset");
    medley("prepare", "mmrec", "--folder", shop, "--out", dataset).done();
    Path back = folder.resolve("back");
    medley("export", dataset, "--format", "mmrec", "--out", back).done();
    assertThat(Files.readAllLines(back.resolve("dataset.inter")))
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(shop.resolve("shop.inter")));
    assertThat(back.resolve("image_feat.npy"))
        .hasSameBinaryContentAs(shop.resolve("image_feat.npy"));
  }

  @Test
  void runGoesOutAsArraysAndAsTables() throws IOException {
    Path shop = Shops.shop(folder);
    Path run = folder.resolve("run");
    train("bpr", shop, run, "--set", "epochs=1", "--set", "dim=4");
    Path arrays = folder.resolve("arrays");
    assertThat(medley("export", run, "--format", "npy", "--out", arrays).done().out().lines())
        .hasSize(7)
        .contains(arrays.resolve("users.npy").toString());
    Npy users = Npy.read(arrays.resolve("users.npy"));
    assertThat(users.shape()).isEqualTo("(" + Shops.USERS + ", 4)");
    assertThat(Files.readAllLines(arrays.resolve("users.txt"))).hasSize(Shops.USERS).contains("7");
    assertThat(Npy.read(arrays.resolve("per_user.npy")).columns())
        .isEqualTo(Files.readAllLines(arrays.resolve("per_user_columns.txt")).size());

    Path tables = folder.resolve("tables");
    medley("export", run, "--format", "parquet", "--out", tables).done();
    byte[] start = Arrays.copyOf(Files.readAllBytes(tables.resolve("items.parquet")), 4);
    assertThat(start).isEqualTo("PAR1".getBytes(StandardCharsets.US_ASCII));
    assertThat(tables.resolve("per_user.parquet")).exists();

    assertRefused(
        List.of("export", run, "--format", "csv", "--out", folder.resolve("no")),
        "--format csv: expected the folder of a dataset, got that of a run, " + run);
    assertRefused(
        List.of("export", shop, "--format", "npy", "--out", folder.resolve("no")),
        "--format npy: expected the folder of a run, got another, " + shop);
  }
}
