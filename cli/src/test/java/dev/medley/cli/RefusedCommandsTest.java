package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused command exits with 2 after one line on standard error, and creates nothing. */
class RefusedCommandsTest extends CommandLineTest {
  private Path shop = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void openShop() throws IOException {
    shop = Shops.shop(folder, "image", "text");
    out = folder.resolve("run");
  }

  private List<Object> train(String model, Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", model, shop, "--out", out));
    all.addAll(List.of(more));
    return all;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trian popular x        | unknown command 'trian'; did you mean 'train'?; see 'medley --help'",
        "--versoin              | unknown option '--versoin'; did you mean '--version'?; see 'medley --help'",
        "train                  | Missing required parameters: 'MODEL', 'DATASET'; see 'medley train --help'",
        "train popular          | Missing required parameter: 'DATASET'; see 'medley train --help'",
        "train --sed 3          | unknown option '--sed'; did you mean '--seed'?; see 'medley train --help'",
        "train popular x --thread 3 | unknown option '--thread'; did you mean '--threads'?; see 'medley train --help'",
        "train popular x y      | unexpected argument 'y'; see 'medley train --help'",
        "train popular x --seed one | Invalid value for option '--seed': 'one' is not a long; see 'medley train --help'",
        "train popular x --seed | Missing required parameter for option '--seed' (N); see 'medley train --help'",
        "inspect                | Missing required parameter: 'DATASET'; see 'medley inspect --help'",
        "inspect x --jsno       | unknown option '--jsno'; did you mean '--json'?; see 'medley inspect --help'",
        "recommend x            | Missing required option: '--user=ID'; see 'medley recommend --help'",
        "recommend x --usr 3    | unknown option '--usr'; did you mean '--user'?; see 'medley recommend --help'",
        "recommend x --user 3 -k 0  | -k: expected at least 1, got 0",
        "recommend x --user 3 -k -1 | -k: expected at least 1, got -1",
        "evaluate               | Missing required parameter: 'RUN'; see 'medley evaluate --help'",
        "evaluate x --split all | --split: expected test or validation, got 'all'",
        "evaluate x --mask all  | --mask: expected validation, got 'all'",
        "evaluate x --mask validation --split validation | --mask validation: expected with --split test, got --split validation",
        "evaluate x             | x: expected the folder of a run, got no such folder; check the path",
        "recommend x --user 3   | x: expected the folder of a run, got no such folder; check the path",
        "compare x              | Missing required option: '--models=A,B,…'; see 'medley compare --help'",
        "compare x --models populr | model: expected a known one, got 'populr'; did you mean 'popular'? 'medley models' lists all",
        "compare x --models popular,popular | --models: expected each once, got popular twice",
        "compare x --models popular --seeds 1,1 | --seeds: expected each once, got 1 twice",
        "ensemble x             | Missing required option: '--out=RUN'; see 'medley ensemble --help'",
        "ensemble --out y       | Missing required parameter: 'RUN'; see 'medley ensemble --help'",
        "ensemble x --out y     | RUN: expected at least two finished runs, got 1",
        "ensemble x y --out z   | x: expected the folder of a run, got no such folder; check the path",
        "ensemble x y --out z --threads 0 | --threads: expected at least 1, got 0",
        "models popular extra   | unexpected argument 'extra'; see 'medley models --help'",
        "models fredom          | model: expected a known one, got 'fredom'; did you mean 'freedom'? 'medley models' lists all",
        "train transformer x    | model: expected one of popular, itemknn, itemknn-features, ",
        "frobnicate             | unknown command 'frobnicate'; see 'medley --help'",
        "train --quietly        | unknown option '--quietly'; see 'medley train --help'",
        "sample                 | Missing required parameter: 'DIR'; see 'medley sample --help'",
        "train lightgnc x       | model: expected a known one, got 'lightgnc'; did you mean 'lightgcn'? 'medley models' lists all",
        "train popular nowhere  | nowhere: expected a dataset folder, got no such folder; check the path",
        "inspect nowhere        | nowhere: expected a dataset folder, got no such folder; check the path",
        "train popular x --threads 0 | --threads: expected at least 1, got 0",
        "quickstart --threads 0 | --threads: expected at least 1, got 0",
        "train popular x --device foo | device: expected cpu or cuda:N, got 'foo'",
        "train popular x --impute median | imputation: expected 'mean' or 'zero', got 'median'",
        "train popular x --set epochs | --set: expected KEY=VALUE, got 'epochs'",
        "train popular x --set epochs=3 | --set: model popular has no hyperparameters, got 'epochs'; leave it out",
        "train popular x --config none.yaml | --config: expected a file, got 'none.yaml'",
      })
  void wrongArgumentsAreRefused(String arguments, String message) throws IOException {
    assertRefused(List.of((Object[]) arguments.split(" ")), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "itemknn | neighbors=0      | --set: hyperparameter neighbors: expected a whole number of at least 1, got 0",
        "itemknn | neighbors=2.5    | --set: hyperparameter neighbors: expected a whole number, got '2.5'",
        "itemknn | neighbors=24     | --set: hyperparameter neighbors: expected fewer than the 24 items, got 24",
        "itemknn | shrink=-1        | --set: hyperparameter shrink: expected a number of at least 0, got -1",
        "itemknn | shrink=NaN       | --set: hyperparameter shrink: expected a number, got 'NaN'",
        "itemknn | neighbor=3       | --set: model itemknn has no hyperparameter 'neighbor'; did you mean 'neighbors'?",
        "itemknn-features | neighbors=24 | --set: hyperparameter neighbors: expected fewer than the 24 items, got 24",
        "itemknn-features | neighbors=-3 | --set: hyperparameter neighbors: expected a whole number of at least 1, got -3",
        "itemknn-features | shrink=Infinity | --set: hyperparameter shrink: expected a number, got 'Infinity'",
        "itemknn-features | featureScaling=minmax | --set: hyperparameter featureScaling: expected raw or ",
        "bpr | mirrorGradient.beta=-1 | --set: hyperparameter mirrorGradient.beta: expected a whole number of at least 0, got -1",
        "bpr | mirrorGradient.beta=often | --set: hyperparameter mirrorGradient.beta: expected a whole number, got 'often'",
        "vbpr | mirrorGradient.alpha1=0 | --set: hyperparameter mirrorGradient.alpha1: expected a number above 0, got 0",
        "cadmr | mirrorGradient.alpha2=-0.1 | --set: hyperparameter mirrorGradient.alpha2: expected a number above 0, got -0.1",
        "lightgcn | mirrorGradient.bta=3 | --set: model lightgcn has no hyperparameter 'mirrorGradient.bta'; did you mean 'mirrorGradient.beta'?",
        "itemknn | mirrorGradient.beta=3 | --set: model itemknn has no hyperparameter 'mirrorGradient.beta'",
        "bpr | dim=0                | --set: hyperparameter dim: expected a whole number of at least 1, got 0",
        "bpr | l2=-0.1              | --set: hyperparameter l2: expected a number of at least 0, got -0.1",
        "bpr | l2Form=cubed         | --set: hyperparameter l2Form: expected ",
        "bpr | learningRate=0       | --set: hyperparameter learningRate: expected a number above 0, got 0",
        "bpr | learningrate=1       | --set: model bpr has no hyperparameter 'learningrate'; did you mean 'learningRate'?",
        "bpr | batchSize=0          | --set: hyperparameter batchSize: expected a whole number of at least 1, got 0",
        "bpr | epochs=0             | --set: hyperparameter epochs: expected a whole number of at least 1, got 0",
        "bpr | epochs=many          | --set: hyperparameter epochs: expected a whole number, got 'many'",
        "bpr | evaluateEvery=0      | --set: hyperparameter evaluateEvery: expected a whole number of at least 1, got 0",
        "bpr | patience=0           | --set: hyperparameter patience: expected a whole number of at least 1, got 0",
        "lightgcn | dim=-8          | --set: hyperparameter dim: expected a whole number of at least 1, got -8",
        "lightgcn | layers=-1       | --set: hyperparameter layers: expected a whole number of at least 0, got -1",
        "lightgcn | layer=2         | --set: model lightgcn has no hyperparameter 'layer'; did you mean 'layers'?",
        "lightgcn | momentum=2      | --set: model lightgcn has no hyperparameter 'momentum'; it has dim, layers, l2, l2Form, ",
        "lightgcn | l2=x            | --set: hyperparameter l2: expected a number, got 'x'",
        "vbpr | dim=99999999999     | --set: hyperparameter dim: expected a whole number, got '99999999999'",
        "vbpr | l2=-1               | --set: hyperparameter l2: expected a number of at least 0, got -1",
        "vbpr | featureScaling=     | --set: hyperparameter featureScaling: expected raw or ",
        "freedom | neighbors=24     | --set: hyperparameter neighbors: expected fewer than the 24 items, got 24",
        "freedom | neighbors=1000   | --set: hyperparameter neighbors: expected fewer than the 24 items, got 1000",
        "freedom | edgeDropout=1    | --set: hyperparameter edgeDropout: expected a number in [0, 1), got 1",
        "freedom | edgeDropout=-0.1 | --set: hyperparameter edgeDropout: expected a number in [0, 1), got -0.1",
        "freedom | omega=-1         | --set: hyperparameter omega: expected a number of at least 0, got -1",
        "freedom | freezeFeatures=yes | --set: hyperparameter freezeFeatures: expected true or false, got 'yes'",
        "freedom | modalityWeights=image | --set: hyperparameter modalityWeights: expected auto or a list as image=0.1,text=0.9, got 'image'",
        "freedom | modalityWeights=image=0.1,audio=0.9 | --set: hyperparameter modalityWeights: expected a weight for each of image, text, got 'image=0.1,audio=0.9'",
        "freedom | layers=two       | --set: hyperparameter layers: expected a whole number, got 'two'",
        "dream | s3Weight=-0.1      | --set: hyperparameter s3Weight: expected a number of at least 0, got -0.1",
        "dream | intraWeight=-1     | --set: hyperparameter intraWeight: expected a number of at least 0, got -1",
        "dream | temperature=0      | --set: hyperparameter temperature: expected a number above 0, got 0",
        "dream | precision=fp8      | --set: hyperparameter precision: expected float32 or bf16, got 'fp8'",
        "mr-csaf | omega=-1e-5      | --set: hyperparameter omega: expected a number of at least 0, got -",
        "mr-csaf | variant=none     | --set: hyperparameter variant: expected full or ams-only or csaf-only or cam, got 'none'",
        "mr-csaf | precision=fp8    | --set: hyperparameter precision: expected float32 or bf16, got 'fp8'",
        "cadmr | tcWeight=-0.5      | --set: hyperparameter tcWeight: expected a number of at least 0, got -0.5",
        "cadmr | heads=3            | --set: hyperparameter heads: expected a divisor of dim 64, got 3",
        "cadmr | precision=fp8      | --set: hyperparameter precision: expected float32 or bf16, got 'fp8'",
        "lightgcn | precision=bf16  | --set: model lightgcn has no hyperparameter 'precision'; it has dim, layers, ",
      })
  void wrongHyperparametersAreRefused(String model, String setting, String message)
      throws IOException {
    assertRefused(train(model, "--set", setting), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "yaml | dim: 8;epoch: 3      | , line 2: model lightgcn has no hyperparameter 'epoch'; did you mean 'epochs'?",
        "yaml | dim: 8;epochs: 3;dim: 9 | , line 3: expected each key once, got dim twice",
        "yaml | dim: 8;epochs: many  | , line 2: hyperparameter epochs: expected a whole number, got 'many'",
        "yaml | dim: 8;epochs: 0     | , line 2: hyperparameter epochs: expected a whole number of at least 1, got 0",
        "yaml | dim: 8;epochs: [1, 2] | , line 2: hyperparameter epochs: expected one value, got a list or a map",
        "yaml | dim: 8;epochs:       | , line 2: hyperparameter epochs: expected a whole number, got ",
        "yaml | dim: 8; epochs: 3    | , line 2: expected YAML or JSON, got: ",
        "yaml | dim: \"8             | , line ",
        "yaml | 3                    | : expected KEY: VALUE lines, got ",
        "yaml | - dim;- 8            | : expected KEY: VALUE lines, got ",
        "yaml | dim: 8;---;epochs: 2 | , line 3: expected nothing after the hyperparameters, got more",
        "json | {\"dim\": 8,;\"epoch\": 3} | , line 2: model lightgcn has no hyperparameter 'epoch'; did you mean 'epochs'?",
        "json | {\"dim\": 8,;\"dim\": 3} | , line 2: expected each key once, got dim twice",
        "json | {\"dim\": 8,;\"epochs\" 3} | , line 2: expected YAML or JSON, got: ",
        "json | {\"dim\": 8,;        | , line ",
        "json | {\"dim\": 8};{\"epochs\": 2} | , line 2: expected nothing after the hyperparameters, got more",
        "json | {\"dim\": 8}; junk   | , line 2: expected YAML or JSON, got: ",
        "json | {\"dim\": {\"a\": 1}} | , line 1: hyperparameter dim: expected one value, got a list or a map",
        "json | [1]                  | : expected KEY: VALUE lines, got ",
      })
  void wrongConfigIsRefusedWithFileAndLine(String format, String lines, String message)
      throws IOException {
    Path config = folder.resolve("recipe." + format);
    Files.write(config, List.of(lines.split(";", -1)));
    assertRefused(train("lightgcn", "--config", config), config + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yaml", "json"})
  void configOfForeignBytesIsRefused(String format) throws IOException {
    Path config = folder.resolve("recipe." + format);
    Files.write(config, "dim: caf\u00e9 8\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(train("lightgcn", "--config", config), config.toString());
    Files.write(config, new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe});
    assertRefused(train("lightgcn", "--config", config), config.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"itemknn-features", "vbpr", "freedom", "dream", "mr-csaf", "cadmr"})
  void modelThatNeedsFeaturesIsRefusedWithoutThem(String model) throws IOException {
    shop = Shops.write(folder, "bare", Shops.lines());
    assertRefused(
        train(model),
        "model " + model + ": expected a dataset with features of at least one modality, got none");
    assertRefused(
        List.of("compare", shop, "--models", "popular," + model, "--out", folder.resolve("all")),
        "model " + model + ": expected a dataset with features");
  }

  @Test
  void crossAttentionOfOneModalityIsRefused() throws IOException {
    shop = Shops.write(folder, "pictures", Shops.lines(), "image");
    assertRefused(
        train("mr-csaf", "--set", "variant=cam"),
        "model mr-csaf with variant=cam: expected features of at least 2 modalities, one to ask and one to answer, got 1; choose another variant");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user itemID         | 1 2   | ' line 1: expected tab-separated columns userID and itemID'",
        "userID itemID x_label | 1 2 | ' line 2: expected 3 tab-separated fields as in the header, got 2'",
        "userID itemID x_label | 1 2 0.5 | ' line 2, column x_label: expected 0 (train), 1 (validation) or 2 (test), got ''0.5'''",
        "userID itemID x_label | 1 2 3   | ' line 2, column x_label: expected 0 (train), 1 (validation) or 2 (test), got ''3'''",
        "userID itemID x_label | 1 24 0  | ' line 2, column itemID: expected an integer 0 … 23 (image_feat.npy has 24 rows'",
        "userID itemID x_label | 1 p1 0  | ' line 2, column itemID: expected an integer 0 … 23'",
        "userID itemID x_label | 1 2 1   | ': expected at least one training interaction, got none of 1 '",
      })
  void wrongInteractionsAreRefused(String header, String line, String message) throws IOException {
    Files.write(
        shop.resolve("shop.inter"), List.of(header.replace(' ', '\t'), line.replace(' ', '\t')));
    assertRefused(train("popular"), shop.resolve("shop.inter") + message);
    assertRefused(List.of("inspect", shop, "--json"), shop.resolve("shop.inter") + message);
  }

  @Test
  void emptyOrMissingFilesAreRefused() throws IOException {
    Files.write(shop.resolve("shop.inter"), new byte[0]);
    assertRefused(train("popular"), "shop.inter: expected a header line ", "got an empty file");
    Files.delete(shop.resolve("shop.inter"));
    assertRefused(train("popular"), shop + ": expected an interaction file NAME.inter, got none");
    assertRefused(
        List.of("train", "popular", shop.resolve("text_feat.npy"), "--out", out),
        "expected a dataset folder, got a file");
  }

  @Test
  void wrongFeaturesAreRefused() throws IOException {
    Path text = shop.resolve("text_feat.npy");
    Shops.features(shop, "text", 23, -1);
    assertRefused(train("vbpr"), text + ": expected 24 rows as in image_feat.npy, got 23");

    float[][] rows = new float[Shops.ITEMS][2];
    rows[3][1] = Float.POSITIVE_INFINITY;
    Shops.features(shop, "text", rows);
    assertRefused(
        train("vbpr"), text + " row 3: expected finite numbers, got infinity in column 1");

    rows[3][1] = Float.NaN;
    Shops.features(shop, "text", rows);
    assertRefused(train("vbpr"), text + " row 3: ", "got 1 NaN of 2");

    Shops.npy(text, "{'descr': '|O', 'fortran_order': False, 'shape': (24, 2), }", 400);
    assertRefused(train("vbpr"), text + ": expected numbers of type float16", "got objects");

    Shops.npy(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (24, 2), }", 100);
    assertRefused(train("vbpr"), text.toString(), "expected", "got");

    for (String shape : List.of("(-24, 2)", "(24, 99999999999)", "(4611686018427387904, 4)")) {
      Shops.npy(text, "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }", 100);
      assertRefused(train("vbpr"), text.toString(), "expected", "got");
    }

    Files.write(text, new byte[] {1, 2, 3});
    assertRefused(train("vbpr"), text.toString(), "expected", "got");
  }

  @Test
  void itemsFileAndFeatureRowsMustAgree() throws IOException {
    Files.write(shop.resolve("items.tsv"), List.of("id", "0", "1"));
    assertRefused(
        train("popular"),
        shop.resolve("image_feat.npy") + ": expected 2 rows (one per line of items.tsv), got 24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temporal      | expected a timestamp column for the split temporal, got none",
        "leave-one-out | expected a timestamp column for the split leave-one-out, got none",
        "nonsense      | split: expected 'random', 'temporal', 'leave-one-out'",
      })
  void splitThatCannotBeMadeIsRefused(String split, String message) throws IOException {
    assertRefused(train("popular", "--split", split), message);
    assertRefused(List.of("inspect", shop, "--split", split), message);
  }

  @Test
  void absentDeviceIsRefused() throws IOException {
    assertRefused(
        train("freedom", "--device", "cuda:0"),
        "device: expected one that this machine and build have, got 'cuda:0'; use cpu");
  }

  @Test
  void unknownUserIsRefusedByName() throws IOException {
    medley(train("popular").toArray()).done();
    assertRefused(
        List.of("recommend", out, "--user", "nobody"),
        "--user: expected one of the 30 users of " + out + ", got 'nobody'");
  }

  @Test
  void runsThatAreNoneOrDamagedOrNewerAreRefused() throws IOException {
    Path none = Files.createDirectory(folder.resolve("none"));
    Files.writeString(none.resolve("note.txt"), "no run");
    medley(train("lightgcn", "--set", "epochs=1").toArray()).done();
    String summary = Files.readString(out.resolve("run.json"));

    assertRunRefused(none, none + ": expected the folder of a run, got one without run.json");
    assertRunRefused(shop, "expected the folder of a run, got one without run.json");
    assertRunRefused(shop.resolve("shop.inter"), "expected the folder of a run");

    Files.writeString(
        out.resolve("run.json"),
        summary.replaceFirst("\"format_version\"\\s*:\\s*1", "\"format_version\": 7"));
    assertRunRefused(out, "run.json, field format_version: expected at most 1, got 7");

    Files.writeString(out.resolve("run.json"), summary.substring(0, summary.length() / 2));
    assertRunRefused(out, "run.json");

    Files.writeString(out.resolve("run.json"), summary);
    try (RandomAccessFile file =
        new RandomAccessFile(out.resolve("embeddings/users.npy").toFile(), "rw")) {
      file.seek(file.length() - 3);
      file.write(77);
    }
    assertRunRefused(out, "users.npy: expected SHA-256 ", "the run is damaged: train it again");

    Files.delete(out.resolve("embeddings/users.npy"));
    assertRunRefused(out, "users.npy: expected a file of the run, got none");

    Files.delete(out.resolve("run.json"));
    assertRunRefused(out, out + ": expected a finished run, got an unfinished one", "by --resume");
  }

  private void assertRunRefused(Path run, String... parts) throws IOException {
    assertRefused(List.of("evaluate", run), parts);
    assertRefused(List.of("recommend", run, "--user", "1"), parts);
  }

  @Test
  void sampleIntoAFolderWithFilesIsRefused() throws IOException {
    assertRefused(List.of("sample", shop), shop + ": expected a new or empty folder, got one with");
    assertRefused(
        List.of("sample", shop.resolve("shop.inter")),
        "expected a new or empty folder, got a file");
  }

  @Test
  void defaultRunFolderIsNotCreatedByARefusedCommand() throws Exception {
    Outcome outcome = new Child("", "train", "freedom", shop, "--set", "neighbors=24").outcome();
    assertThat(outcome.status()).isEqualTo(Main.REFUSED);
    assertThat(outcome.err())
        .isEqualTo(
            "--set: hyperparameter neighbors: expected fewer than the 24 items, got 24"
                + System.lineSeparator());
    assertThat(folder.resolve("runs")).doesNotExist();
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void failureWithoutAMessageIsNamedInWords() {
    assertThat(Main.explained(new ClosedChannelException()))
        .isEqualTo("reading or writing failed: closed channel exception; --verbose shows where");
    assertThat(Main.explained(new EOFException())).contains("eof exception");
    assertThat(Main.explained(new StackOverflowError())).startsWith("the input is nested too deep");
  }

  @Test
  void outputThatCannotBeWrittenFailsInOneLine() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Outcome below =
        medley("train", "popular", shop, "--out", file.resolve("run"), "--threads", 1)
            .failedWith("medley train: " + file);
    assertThat(below.errors()).hasSize(1);
    assertThat(
            medley("train", "popular", shop, "--out", "/proc/medley/run")
                .failedWith("medley train: /proc/medley")
                .errors())
        .hasSize(1);
    assertThat(medley("sample", file.resolve("a")).failedWith("medley sample: " + file).errors())
        .hasSize(1);
    assertThat(medley("quickstart", "--out", file).failedWith("medley quickstart: ").errors())
        .hasSize(1);
    assertThat(
            medley("compare", shop, "--models", "popular", "--seeds", 1, "--out", file)
                .failedWith("medley compare: " + file)
                .errors())
        .hasSize(1);
  }
}
