package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.formats.Npy;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  @Test
  void everythingThatWasWrittenComesBack() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    RunFolder run = RunFolder.open(out);

    Dataset written = Examples.dataset();
    Dataset read = run.dataset();
    assertThat(read.name()).isEqualTo("tiny");
    assertThat(read.contentHash()).isEqualTo("c0ffee");
    assertThat(read.split()).isEqualTo("x_label");
    assertThat(read.users().all()).isEqualTo(written.users().all());
    assertThat(read.items().all()).isEqualTo(written.items().all());
    assertThat(read.train()).isEqualTo(written.train());
    assertThat(read.validation()).isEqualTo(written.validation());
    assertThat(read.test()).isEqualTo(written.test());
    assertThat(run.summary().request()).isEqualTo(Examples.request());
    assertThat(run.summary().outcome()).isEqualTo(Examples.outcome());
    assertThat(run.metrics()).isEqualTo(Examples.metrics());
    assertThat(run.history()).containsExactly(Examples.row(1));
    assertThat(run.summary().perUserColumns()).containsExactly("user", "recall@20", "ndcg@20");
    assertThat(run.perUser().metrics()).containsExactly("recall@20", "ndcg@20");
    assertThat(run.perUser().users()).containsExactly(0, 2);
    assertThat(run.perUser().values()).containsExactly(1, 1.0 / 3, 0, Double.NaN);
    assertThat(run.file(RunLayout.PARAMETERS)).isRegularFile();
    assertThat(run.contains("embeddings/users.safetensors")).isTrue();
  }

  @Test
  void descriptionsComeBackWithSpacesForTabsAndLineEnds() throws IOException {
    RunFolder run = Examples.finished(folder.resolve("run"));
    assertThat(run.descriptions())
        .hasSize(4)
        .startsWith(
            new ItemDescription("Red shoe", "two lines", "Acme", List.of("shoes", "x y"), "a.jpg"),
            new ItemDescription("", "", "", List.of(), ""));
    assertThat(Files.readAllLines(run.file(RunLayout.ITEMS)))
        .startsWith(
            "id\ttitle\tdescription\tbrand\tcategories\timage",
            "a\tRed shoe\ttwo lines\tAcme\tshoes|x y\ta.jpg");
    assertThat(Files.readString(run.file(RunLayout.USERS))).isEqualTo("id\nu\u00e9\n\nu 3\n");
  }

  @Test
  void featuresComeBackBitForBitWithTheirMissingRows() throws IOException {
    RunFolder run = Examples.finished(folder.resolve("run"));
    assertThat(run.summary().featuresOmitted()).isFalse();
    assertThat(run.features()).hasSize(1);
    FeatureMatrix image = run.features().get(0);
    assertThat(image.modality()).isEqualTo("image");
    assertThat(image.dimension()).isEqualTo(2);
    for (int item = 0; item < 4; item++) {
      float[] expected = new float[3];
      float[] got = {0, 9, 9};
      Examples.IMAGE.copyRow(item, expected, 1);
      image.copyRow(item, got, 1);
      assertThat(got).isEqualTo(expected);
      assertThat(image.isPresent(item)).isEqualTo(item != 1);
    }
  }

  @Test
  void rowsOfFeaturesThatStraddleWrittenPiecesComeBack() throws IOException {
    int dimension = 100_003; // 4 rows of 400 kB in pieces of 1 MiB
    float[][] rows = new float[4][dimension];
    for (int item = 0; item < 4; item++) {
      for (int column = 0; column < dimension; column++) {
        rows[item][column] = item * dimension + column;
      }
    }
    Dataset dataset = Examples.dataset(List.of(DenseFeatures.of("wide", rows)));
    RunFolder run = Examples.unfinished(folder.resolve("run")).finish(Examples.result(dataset));
    float[] row = new float[dimension];
    for (int item = 0; item < 4; item++) {
      run.features().get(0).copyRow(item, row, 0);
      assertThat(row).isEqualTo(rows[item]);
    }
  }

  @Test
  void featuresAboveTheLimitAreOmittedAndTheRunSaysSo() throws IOException {
    Dataset dataset = Examples.dataset(List.of(new Zeros(4, (128 << 20) / 4 + 1)));
    RunFolder run = Examples.unfinished(folder.resolve("run")).finish(Examples.result(dataset));
    assertThat(run.summary().featuresOmitted()).isTrue();
    assertThat(run.contains(RunLayout.FEATURES)).isFalse();
    assertThat(run.features()).isEmpty();
    assertThat(RunFolder.open(run.folder()).dataset().features()).isEmpty();
  }

  private record Zeros(int rows, int dimension) implements FeatureMatrix {
    @Override
    public String modality() {
      return "huge";
    }

    @Override
    public boolean isPresent(int row) {
      return true;
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {}
  }

  @Test
  void summaryHoldsTheChecksumOfEveryOtherFile() throws IOException {
    RunFolder run = Examples.finished(folder.resolve("run"));
    TreeSet<String> names = new TreeSet<>();
    try (var paths = Files.walk(run.folder())) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        names.add(run.folder().relativize(path).toString());
      }
    }
    assertThat(names.remove(RunLayout.SUMMARY)).isTrue();
    assertThat(run.summary().files().keySet()).isEqualTo(names);
    for (String name : names) {
      assertThat(run.summary().files())
          .containsEntry(name, Sha256.ofFile(run.folder().resolve(name)));
    }
    assertThat(run.folder().resolve(RunLayout.CHECKPOINT_FOLDER)).doesNotExist();
  }

  @Test
  void summaryHasTheFieldsThatScriptsRead() throws IOException {
    RunFolder run = Examples.finished(folder.resolve("run"));
    RunJson.Fields fields = RunJson.read(run.folder().resolve(RunLayout.SUMMARY));
    assertThat(fields.names())
        .containsExactly(
            "format_version",
            "medley_version",
            "java",
            "libraries",
            "model",
            "dataset",
            "dataset_sha256",
            "split",
            "seed",
            "threads",
            "device",
            "options",
            "hyperparameters",
            "epochs",
            "best_epoch",
            "parameters",
            "seconds_per_epoch",
            "seconds_per_evaluation",
            "seconds_total",
            "peak_rss_mb",
            "finished_at",
            "per_user_columns",
            "features_omitted",
            "files");
    assertThat(fields.integer("seed")).isEqualTo(1);
    assertThat(fields.number("seconds_per_epoch")).isEqualTo(0.125);
    assertThat(fields.object("hyperparameters").number("l2")).isEqualTo(1e-4);
  }

  @Test
  void fieldsThatDoNotApplyAreNull() throws IOException {
    UnfinishedRun run = UnfinishedRun.create(folder.resolve("run"), Examples.request());
    RunOutcome closedForm =
        new RunOutcome(null, null, 0, null, null, 1, null, Examples.outcome().finishedAt());
    RunFolder finished =
        run.finish(
            new RunResult(
                Examples.dataset(),
                Examples.metrics(),
                Examples.perUser(),
                List.of(),
                () -> closedForm,
                Map.of("neighbors", 20)));
    assertThat(Files.readString(finished.folder().resolve(RunLayout.SUMMARY)))
        .contains("\"epochs\" : null", "\"best_epoch\" : null", "\"peak_rss_mb\" : null");
    RunFolder read = RunFolder.open(finished.folder());
    assertThat(read.summary().outcome()).isEqualTo(closedForm);
    assertThat(read.summary().request().hyperparameters()).containsEntry("neighbors", 20L);
    assertThat(read.request().hyperparameters()).doesNotContainKey("neighbors");
    assertThat(read.history()).isEmpty();
  }

  @Test
  void absentFolderIsRefused() {
    Path out = folder.resolve("none");
    refused(out, out + ": expected the folder of a run, got no such folder; check the path");
  }

  @Test
  void otherFolderAndFileAreRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("notes.txt"));
    for (Path path : List.of(folder, file)) {
      refused(
          path, path + ": expected the folder of a run, got one without run.json; check the path");
    }
  }

  @Test
  void unfinishedRunIsRefusedAndSaysHowItGoesOn() throws IOException {
    Path out = folder.resolve("run");
    Examples.unfinished(out);
    String message =
        out
            + ": expected a finished run, got an unfinished one; the command that began it goes on"
            + " with it by --resume";
    refused(out, message);

    Path finished = folder.resolve("finished");
    Examples.finished(finished);
    Files.delete(finished.resolve(RunLayout.METRICS));
    refused(finished, message.replace(out.toString(), finished.toString()));
  }

  @Test
  void newerFormatVersionIsRefusedByNumber() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    Path summary = out.resolve(RunLayout.SUMMARY);
    edit(summary, "\"format_version\" : 1", "\"format_version\" : 2");
    refused(
        out,
        summary
            + ", field format_version: expected at most 1, got 2; use the newer Medley that wrote it");
    edit(summary, "\"format_version\" : 2", "\"format_version\" : 0");
    refused(
        out,
        summary
            + ", field format_version: expected an integer of at least 1, got 0; the run is damaged: train it again");
  }

  @Test
  void malformedSummaryIsRefusedWithItsLine() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    Path summary = out.resolve(RunLayout.SUMMARY);
    edit(summary, "\"seed\" : 1,", "\"seed\" : ,");
    assertThatThrownBy(() -> RunFolder.open(out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(summary + ", line 12: expected JSON, got: Unexpected character")
        .hasMessageNotContaining("\n");
    edit(summary, "\"seed\" : ,", "\"seed\" : \"one\",");
    refused(
        out,
        summary
            + ", field seed: expected an integer, got \"one\"; the run is damaged: train it again");
    edit(summary, "\"seed\" : \"one\",", "");
    refused(
        out,
        summary
            + ", field seed: expected an integer, got no such field; the run is damaged: train it again");
    Files.writeString(summary, "[]");
    refused(
        out,
        summary
            + ", line 1: expected a JSON object, got something else; the run is damaged: train it again");
  }

  @Test
  void summaryThatPointsOutsideItsFolderIsRefused() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    edit(out.resolve(RunLayout.SUMMARY), "\"ids/users.tsv\"", "\"../../users.tsv\"");
    assertThatThrownBy(() -> RunFolder.open(out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            out.resolve(RunLayout.SUMMARY) + ", field files: expected paths inside the folder");
  }

  @Test
  void missingFileIsNamed() throws IOException {
    Path out = folder.resolve("run");
    Examples.finished(out);
    Files.delete(out.resolve(RunLayout.USERS));
    refused(
        out,
        out.resolve(RunLayout.USERS)
            + ": expected a file of the run, got none; the run is damaged: train it again");
  }

  @Test
  void oneChangedByteInAnyFileIsNamed() throws IOException {
    Path out = folder.resolve("run");
    List<String> names = new ArrayList<>(Examples.finished(out).summary().files().keySet());
    for (String name : names) {
      Path file = out.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      byte[] changed = bytes.clone();
      changed[bytes.length / 2] ^= 1;
      Files.write(file, changed);
      assertThatThrownBy(() -> RunFolder.open(out))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": expected SHA-256 ")
          .hasMessageEndingWith("; the run is damaged: train it again");
      RunFolder lazy = RunFolder.openUnverified(out);
      assertThatThrownBy(() -> lazy.file(name)).isInstanceOf(InvalidInputException.class);
      Files.write(file, bytes);
    }
    RunFolder.open(out);
  }

  @Test
  void fileThatTheRunDoesNotHaveIsRefusedByName() throws IOException {
    RunFolder run = Examples.finished(folder.resolve("run"));
    assertThatThrownBy(() -> run.file("scorer.safetensors"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            run.folder()
                + ": expected a run with the file scorer.safetensors, got only embeddings/users");
  }

  @Test
  void perUserTableOfOtherColumnsOrUsersIsRefused() throws IOException {
    Path file = folder.resolve("per_user.npy");
    Examples.perUser().write(file);
    assertThatThrownBy(() -> PerUser.read(file, List.of("user", "recall@20")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            file
                + ": expected 2 columns as run.json names, got 3; the run is damaged: train it again");
    Npy.writeDoubles(file, 1, 1, (row, out) -> out[0] = 0.5);
    assertThatThrownBy(() -> PerUser.read(file, List.of("user")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            file
                + ", row 0: expected a user's number, got 0.5; the run is damaged: train it again");
  }

  @Test
  void runInWhichNobodyWasEvaluatedComesBack() throws IOException {
    RunResult good = Examples.result(Examples.dataset());
    PerUser nobody = new PerUser(new int[0], List.of("recall@20"), new double[0]);
    Examples.unfinished(folder.resolve("run"))
        .finish(
            new RunResult(
                good.dataset(), good.metrics(), nobody, good.files(), good.outcome(), Map.of()));
    assertThat(RunFolder.open(folder.resolve("run")).perUser().users()).isEmpty();
  }

  @Test
  void interactionsOfOtherUsersOrItemsAreRefused() throws IOException {
    Path file = folder.resolve("interactions.safetensors");
    Dataset dataset = Examples.dataset();
    new InteractionsFile(dataset.train(), dataset.validation(), dataset.test()).write(file);
    assertThatThrownBy(() -> InteractionsFile.read(file, 4, 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            file + ", tensor 'train_offsets': expected 5 numbers, one more than users, got 4");
    assertThatThrownBy(() -> InteractionsFile.read(file, 3, 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            file + ", train: items of user 2: expected ascending numbers in [0, 3)");
  }

  @Test
  void equalRunsLeaveEqualBytesInAllButTheRecordsOfTime() throws IOException {
    RunFolder one = Examples.finished(folder.resolve("one"));
    RunFolder two = Examples.finished(folder.resolve("two"));
    assertThat(one.summary().files()).isEqualTo(two.summary().files());
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private static void refused(Path out, String message) {
    assertThatThrownBy(() -> RunFolder.open(out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }

  @Test
  void requestOfAnyPlainKindComesBackEqual() throws IOException {
    Map<String, Object> values =
        Map.of(
            "int",
            3,
            "long",
            1L << 40,
            "float",
            0.1f,
            "double",
            1e-300,
            "text",
            "a\"b\n",
            "flag",
            true,
            "list",
            List.of(1, 2.5, "x"),
            "map",
            Map.of("image", 0.5));
    Path file = folder.resolve("request.json");
    RunRequest written = Examples.request(Long.MIN_VALUE, 1, values);
    Files.writeString(file, written.toJson());
    assertThat(RunRequest.read(file)).isEqualTo(written);
    assertThatThrownBy(() -> Examples.request(1, 1, Map.of("l2", Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("l2: expected a text, truth value, finite number, list or map, got NaN");
  }
}
