package dev.medley.cli;

import dev.medley.prepare.Mmrec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare mmrec}. */
@Command(name = "mmrec", description = "A folder of MMRec: NAME.inter and MODALITY_feat.npy.")
final class PrepareMmrec implements Callable<Integer> {
  @Option(
      names = {"--folder", "--dir"},
      required = true,
      paramLabel = "DIR",
      description = "The folder.")
  private Path folder;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareMmrec() {
    folder = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    return options.prepare(new Mmrec(folder));
  }
}
