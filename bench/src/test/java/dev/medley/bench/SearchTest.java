package dev.medley.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.data.FolderDraft;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tuned comparison on small data; each trial is a process of its own, hence slow. */
@Tag("slow")
class SearchTest {
  @TempDir Path folder;

  @BeforeEach
  void generate() throws Exception {
    Generate.run(folder.resolve("data").toString(), "60", "40", "300");
  }

  /** The rows that it prints, header and rule left out. */
  private List<String> search(String trials, String minutes, String... models) throws Exception {
    PrintStream usual = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String[] arguments = new String[4 + models.length];
    arguments[0] = folder.resolve("data").toString();
    arguments[1] = folder.resolve("out").toString();
    arguments[2] = trials;
    arguments[3] = minutes;
    System.arraycopy(models, 0, arguments, 4, models.length);
    try (PrintStream out = new PrintStream(bytes, true, UTF_8)) {
      System.setOut(out);
      Search.run(arguments);
    } finally {
      System.setOut(usual);
    }
    return bytes.toString(UTF_8).lines().skip(2).toList();
  }

  private FileTime written(String trial) throws IOException {
    return Files.getLastModifiedTime(folder.resolve("out").resolve(trial).resolve("metrics.json"));
  }

  @Test
  void whatWasTriedIsKeptAndAnEndedTrialIsNotTrainedAgain() throws Exception {
    List<String> rows = search("2", "5", "bpr", "popular");

    assertThat(rows).hasSize(3);
    assertThat(rows.get(0)).startsWith("| bpr | 2 | ");
    assertThat(rows.get(1)).startsWith("| popular | 1 | ");
    assertThat(rows.get(2)).startsWith("| ensemble | 1 | ");
    FileTime first = written("bpr-1");

    FolderDraft.deleteAll(folder.resolve("out/bpr-2")); // as if it had been killed before
    List<String> again = search("2", "5", "bpr", "popular");

    assertThat(written("bpr-1")).isEqualTo(first);
    assertThat(accuracy(again)).isEqualTo(accuracy(rows));
  }

  /** Model, trials and accuracy; seconds and memory differ from time to time. */
  private static List<String> accuracy(List<String> rows) {
    return rows.stream()
        .map(row -> String.join("|", List.of(row.split("\\|")).subList(1, 10)))
        .toList();
  }

  /** Of the 0.02 minutes the first trial leaves nothing, or too little for another process. */
  @Test
  void aTrialThatTheMinutesEndIsTheLast() throws Exception {
    List<String> rows = search("5", "0.02", "bpr");

    assertThat(rows).singleElement().asString().startsWith("| bpr | 1 | ");
    assertThat(folder.resolve("out/bpr-3")).doesNotExist();
    assertThat(search("5", "0.02", "bpr")).isEqualTo(rows);
  }

  /** Without texts addvae fails at once; what comes after it is searched all the same. */
  @Test
  void aTrialThatFailsIsGivenUpAndTheOthersGoOn() throws Exception {
    List<String> rows = search("2", "5", "addvae", "popular");

    assertThat(rows.get(0)).startsWith("| addvae | 0 | ");
    assertThat(rows.get(1)).startsWith("| popular | 1 | ");
    assertThat(folder.resolve("out/addvae-2.given-up")).content().startsWith("status 2, see ");
    assertThat(folder.resolve("out/addvae-2.log")).content().contains("texts");
  }

  @Test
  void theFirstTrialEndsWhateverTheMinutes() throws Exception {
    assertThat(search("3", "0", "bpr")).singleElement().asString().startsWith("| bpr | 1 | ");
  }
}
