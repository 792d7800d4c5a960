package dev.medley.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code medley prepare}. */
@Command(
    name = "prepare",
    description =
        "Makes a dataset folder from raw files; docs/guide/data.md says what each source looks like.",
    subcommands = {
      PrepareCsv.class,
      PrepareAmazon2014.class,
      PrepareAmazon2023.class,
      PrepareMovieLens.class,
      PrepareRecbole.class,
      PrepareMmrec.class,
      PrepareJsonSplits.class,
      PrepareDiffmm.class
    })
final class PrepareCommand implements Runnable {
  @Spec private CommandSpec spec;

  PrepareCommand() {
    spec = CommandSpec.create();
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "expected a source: " + String.join(", ", spec.subcommands().keySet()));
  }
}
