package dev.medley.cli;

import dev.medley.prepare.JsonSplits;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code medley prepare json-splits}. */
@Command(
    name = "json-splits",
    description = "A split of LATTICE or MMSSL: train.json, val.json, test.json.")
final class PrepareJsonSplits implements Callable<Integer> {
  @Mixin private final SplitFilesMixin files = new SplitFilesMixin();
  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareJsonSplits() {}

  @Override
  public Integer call() throws IOException {
    return options.prepare(files.source(JsonSplits::in, JsonSplits::new));
  }
}
