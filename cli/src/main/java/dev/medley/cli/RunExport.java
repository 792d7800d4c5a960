package dev.medley.cli;

import dev.medley.core.Ids;
import dev.medley.data.FolderDraft;
import dev.medley.formats.AtomicFile;
import dev.medley.formats.Npy;
import dev.medley.prepare.ParquetTable;
import dev.medley.runs.PerUser;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the embeddings of a run (where its model has any), its ids and its per-user values, for
 * programs that know nothing of run folders.
 */
final class RunExport {
  private RunExport() {}

  /**
   * Exports a finished run; the folder appears whole or not at all.
   *
   * @return the names of the files, sorted
   */
  static List<String> run(Path folder, boolean parquet, Path out) throws IOException {
    RunFolder run = RunFolder.open(folder);
    FolderDraft.checkFree(out);
    try (FolderDraft draft = FolderDraft.open(out)) {
      side(run, "users", run.users(), parquet, draft.path());
      side(run, "items", run.items(), parquet, draft.path());
      perUser(run, parquet, draft.path());
      List<String> names;
      try (Stream<Path> files = Files.list(draft.path())) {
        names = files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
      }
      draft.publish();
      return names;
    }
  }

  private static void side(RunFolder run, String name, Ids ids, boolean parquet, Path out)
      throws IOException {
    String stored = "embeddings/" + name + ".npy";
    if (!parquet) {
      AtomicFile.write(out.resolve(name + ".txt"), String.join("\n", ids.all()) + "\n");
      if (run.contains(stored)) {
        Files.copy(run.file(stored), out.resolve(name + ".npy"));
      }
    } else if (run.contains(stored)) {
      Npy vectors = Npy.read(run.file(stored));
      ParquetTable.write(
          out.resolve(name + ".parquet"),
          ids.all(),
          vectors.columns(),
          (row, values) -> vectors.copyRow(row, values, 0));
    } else {
      ParquetTable.write(out.resolve(name + ".parquet"), ids.all(), List.of(), (row, values) -> {});
    }
  }

  private static void perUser(RunFolder run, boolean parquet, Path out) throws IOException {
    PerUser values = run.perUser();
    int columns = values.metrics().size();
    Ids users = run.users();
    List<String> ids = Arrays.stream(values.users()).mapToObj(users::id).toList();
    if (parquet) {
      ParquetTable.write(
          out.resolve("per_user.parquet"),
          ids,
          values.metrics(),
          (row, numbers) -> System.arraycopy(values.values(), row * columns, numbers, 0, columns));
    } else {
      Npy.writeDoubles(
          out.resolve("per_user.npy"),
          ids.size(),
          columns,
          (row, numbers) -> System.arraycopy(values.values(), row * columns, numbers, 0, columns));
      AtomicFile.write(
          out.resolve("per_user_columns.txt"), String.join("\n", values.metrics()) + "\n");
      AtomicFile.write(out.resolve("per_user_ids.txt"), String.join("\n", ids) + "\n");
    }
  }
}
