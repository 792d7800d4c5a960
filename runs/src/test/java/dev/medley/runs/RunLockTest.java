package dev.medley.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void secondOneIsRefusedUntilTheFirstEnds() throws IOException {
    try (RunLock first = RunLock.take(folder)) {
      assertThatThrownBy(() -> RunLock.take(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              folder
                  + ": expected a run that nobody is training, got one in work; wait for it to"
                  + " end");
    }
    RunLock.take(folder).close();
    assertThat(folder).isEmptyDirectory();
  }

  /** Nobody ever had it, or its process was killed, which leaves the file without the lock. */
  @Test
  void whereNobodyHasItNothingIsWaitedForNorTaken() throws IOException {
    RunLock.await(folder, () -> fail("waited"));
    assertThat(folder.resolve(".lock")).doesNotExist();
    Files.createFile(folder.resolve(".lock"));
    RunLock.await(folder, () -> fail("waited"));
    RunLock.take(folder).close();
    RunLock.await(folder.resolve("absent"), () -> fail("waited"));
  }
}
