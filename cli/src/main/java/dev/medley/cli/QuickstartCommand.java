package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import dev.medley.data.DatasetChange;
import dev.medley.data.DatasetFolder;
import dev.medley.engine.Device;
import dev.medley.formats.AtomicFile;
import dev.medley.models.Settings;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley quickstart}. */
@Command(
    name = "quickstart",
    description =
        "The whole way on a sample: data with features, three trained models, a table, recommendations; a second"
            + " call goes on where the first stopped.")
final class QuickstartCommand implements Callable<Integer> {
  private static final List<String> MODELS = List.of("lightgcn", "freedom", "dream");
  private static final int SHOWN = 10;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "quickstart",
      description = "Where everything goes (default: ./${DEFAULT-VALUE}).")
  private Path out;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  QuickstartCommand() {
    out = Path.of("quickstart");
  }

  @Override
  public Integer call() throws IOException {
    int count = threads.count();
    Path data = out.resolve("data");
    if (!Files.exists(data)) {
      SampleCommand.write(data, new Seed(1), count);
    }
    Dataset dataset = DatasetFolder.read(data);
    Comparison comparison = new Comparison();
    for (String model : MODELS) {
      comparison.add(
          model,
          new TrainingRun(
                  Models.named(model).recipe(Settings.none()),
                  dataset,
                  DatasetChange.NONE,
                  1,
                  count,
                  Device.CPU,
                  Imputation.ZERO,
                  out.resolve("runs").resolve(model),
                  true)
              .execute());
    }
    String last = MODELS.get(MODELS.size() - 1);
    String report =
        "%d users, %d products, %d training interactions, in %s%n%n%s%n%d products that %s recommends to user %s:%n%s"
            .formatted(
                dataset.users().size(),
                dataset.items().size(),
                dataset.train().size(),
                data,
                comparison.table(),
                SHOWN,
                last,
                dataset.users().id(0),
                recommendations(dataset, out.resolve("runs").resolve(last)));
    AtomicFile.write(out.resolve("report.txt"), report);
    System.out.print(report);
    return Main.DONE;
  }

  private static String recommendations(Dataset dataset, Path run) throws IOException {
    try (Scorer scorer = StoredScorers.read(RunFolder.openUnverified(run), dataset.train())) {
      return Recommendations.table(Recommendations.of(scorer, dataset, 0, SHOWN));
    }
  }
}
