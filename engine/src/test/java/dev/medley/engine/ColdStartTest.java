package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks libtorch, 445 MB, hence slow. */
@Tag("slow")
class ColdStartTest {
  @TempDir Path folder;

  /** What each process runs. */
  public static final class Main {
    private Main() {}

    /** Prints a product, 32. */
    public static void main(String[] arguments) {
      Engine.start(1);
      try (Scope scope = Scope.open()) {
        Tensor left = Tensors.of(new float[] {1, 2, 3}, 1, 3);
        Tensor right = Tensors.of(new float[] {4, 5, 6}, 3, 1);
        System.out.println("product " + left.matmul(right).item().toDouble());
      }
    }
  }

  @Test
  void twoProcessesStartAtOnceOnAColdCache() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int k = 0; k < 2; k++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output" + k).toFile())
              .start());
    }
    for (int k = 0; k < 2; k++) {
      Process process = processes.get(k);
      boolean ended = process.waitFor(4, TimeUnit.MINUTES);
      if (!ended) {
        processes.forEach(Process::destroyForcibly);
      }
      Path output = folder.resolve("output" + k);
      assertThat(ended).isTrue();
      assertThat(output).content().contains("product 32.0");
      assertThat(process.exitValue()).isZero();
    }
    assertThat(folder.resolve("cache").resolve("medley.lock")).exists();
  }
}
