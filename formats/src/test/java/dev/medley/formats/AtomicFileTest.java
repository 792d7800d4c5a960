package dev.medley.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void whatIsBeingWrittenIsGoneWhenAbandonedAndTheOldContentStands() throws IOException {
    Path file = folder.resolve("a.npy");
    AtomicFile.write(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      assertThat(folder.resolve("a.npy.part")).exists();
                      AtomicFile.abandonAll();
                      assertThat(folder.resolve("a.npy.part")).doesNotExist();
                    }))
        .isInstanceOf(IOException.class);
    assertThat(file).hasContent("old");

    AtomicFile.abandonAll(); // what is finished is not touched
    assertThat(Files.readString(file)).isEqualTo("old");
  }
}
