package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.prepare.DatasetExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code medley export}. */
@Command(
    name = "export",
    description =
        "Writes a dataset as mmrec, recbole or csv, or a run's embeddings, ids and per-user values"
            + " as npy or parquet.")
final class ExportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DATASET|RUN", description = "The folder of either.")
  private Path folder;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORM",
      description = "A dataset: mmrec, recbole or csv; a run: npy or parquet.")
  private String format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where to: not there yet, or empty.")
  private Path out;

  @Mixin private final DatasetOptions dataset = new DatasetOptions();

  ExportCommand() {
    folder = Path.of("");
    format = "";
    out = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    boolean run =
        Files.exists(folder.resolve("run.json")) || Files.exists(folder.resolve("request.json"));
    List<String> files =
        switch (format) {
          case "mmrec", "recbole", "csv" -> {
            if (run) {
              throw new InvalidInputException(
                  "--format %s: expected the folder of a dataset, got that of a run, %s; a run goes out as npy or parquet"
                      .formatted(format, folder));
            }
            yield DatasetExport.run(
                folder,
                dataset.readOptions(),
                DatasetExport.Format.valueOf(format.toUpperCase(Locale.ROOT)),
                out);
          }
          case "npy", "parquet" -> {
            if (!run && Files.isDirectory(folder)) {
              throw new InvalidInputException(
                  "--format %s: expected the folder of a run, got another, %s; a dataset goes out as mmrec, recbole or csv"
                      .formatted(format, folder));
            }
            yield RunExport.run(folder, format.equals("parquet"), out);
          }
          default ->
              throw new InvalidInputException(
                  "--format: expected mmrec, recbole or csv for a dataset, npy or parquet for a run,"
                      + " got '"
                      + format
                      + "'");
        };
    files.forEach(name -> System.out.println(out.resolve(name)));
    return Main.DONE;
  }
}
