package dev.medley.cli;

import dev.medley.prepare.Diffmm;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code medley prepare diffmm}. */
@Command(
    name = "diffmm",
    description =
        "A split of DiffMM, trnMat.pkl, valMat.pkl, tstMat.pkl: scipy matrices as pickles, read"
            + " without running them.")
final class PrepareDiffmm implements Callable<Integer> {
  @Mixin private final SplitFilesMixin files = new SplitFilesMixin();
  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareDiffmm() {}

  @Override
  public Integer call() throws IOException {
    return options.prepare(files.source(Diffmm::in, Diffmm::new));
  }
}
