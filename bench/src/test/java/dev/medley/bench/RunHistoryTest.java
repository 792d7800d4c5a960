package dev.medley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a history, also one whose process was killed. */
class RunHistoryTest {
  @TempDir Path run;

  private RunHistory of(String text) throws IOException {
    Files.writeString(run.resolve("history.csv"), text);
    return RunHistory.of(run);
  }

  private static void assertEmpty(RunHistory history) {
    assertThat(history.seconds()).isZero();
    assertThat(history.lastEpoch()).isZero();
    assertThat(history.phases()).isZero();
  }

  @Test
  void nothingIsThereBeforeTheFirstWholeRow() throws IOException {
    assertEmpty(RunHistory.of(run));
    assertEmpty(of(""));
    assertEmpty(of("phase,epo"));
    assertEmpty(of("phase,epoch,seconds\n"));
    assertEmpty(of("phase,epoch,seconds\ntrain,1,0.5"));
  }

  @Test
  void aLastRowThatWasCutDoesNotCount() throws IOException {
    String whole = "phase,epoch,seconds\npretrain,1,0.5\npretrain,2,0.25\nfinetune,1,2.0\n";
    for (String cut : new String[] {"", "finetune", "finetune,2,", "finetune,2,7"}) {
      RunHistory history = of(whole + cut);
      assertThat(history.seconds()).isEqualTo(2.75);
      assertThat(history.lastEpoch()).isEqualTo(1);
      assertThat(history.phases()).isEqualTo(2);
    }
  }
}
