package dev.medley.runs;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.AtomicFile;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run that is being trained. Every file in it is written atomically, and the two
 * that make it finished come last.
 */
public final class UnfinishedRun {
  /** Features that take more are not kept in the run, and it says so: 512 MiB. */
  public static final long MAX_FEATURE_BYTES = 512L << 20;

  private static final Set<String> OWN_FILES =
      Set.of(
          RunLayout.REQUEST,
          RunLayout.HISTORY,
          RunLayout.USERS,
          RunLayout.ITEMS,
          RunLayout.INTERACTIONS,
          RunLayout.FEATURES,
          RunLayout.PER_USER,
          RunLayout.METRICS,
          RunLayout.SUMMARY);

  private final Path folder;
  private final RunRequest request;

  private UnfinishedRun(Path folder, RunRequest request) {
    this.folder = folder;
    this.request = request;
  }

  /**
   * Begins a run: creates its folder and {@code request.json}.
   *
   * @throws InvalidInputException if something stands there already
   * @throws IOException if it cannot be written
   */
  public static UnfinishedRun create(Path folder, RunRequest request) throws IOException {
    if (RunState.of(folder) != RunState.ABSENT) {
      throw alreadyThere(folder, null);
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException race) {
      throw alreadyThere(folder, race);
    }
    try {
      AtomicFile.write(folder.resolve(RunLayout.REQUEST), request.toJson());
    } catch (IOException failure) {
      try {
        Files.deleteIfExists(folder);
      } catch (DirectoryNotEmptyException kept) {
        failure.addSuppressed(kept);
      }
      throw failure;
    }
    return new UnfinishedRun(folder, request);
  }

  private static InvalidInputException alreadyThere(Path folder, @Nullable Throwable cause) {
    String message =
        "--out: expected a path where nothing is yet, got "
            + folder
            + "; choose another, delete it, or go on with it by --resume";
    return cause == null
        ? new InvalidInputException(message)
        : new InvalidInputException(message, cause);
  }

  /**
   * Takes up a run that was begun, or begins it where nothing is.
   *
   * @throws InvalidInputException if it was begun by another request, if it is finished, or if the
   *     path holds something else
   */
  public static UnfinishedRun resume(Path folder, RunRequest request) throws IOException {
    RunState state = RunState.of(folder);
    if (state == RunState.ABSENT) {
      return create(folder, request);
    }
    if (state != RunState.UNFINISHED) {
      throw new InvalidInputException(
          "--resume: expected an unfinished run or nothing at "
              + folder
              + ", got "
              + (state == RunState.FINISHED ? "a finished one" : "something else")
              + "; choose another --out");
    }
    Path begun = folder.resolve(RunLayout.REQUEST);
    check(folder, request);
    if (!Files.exists(begun)
        || !RunRequest.read(begun).hyperparameters().equals(request.hyperparameters())) {
      AtomicFile.write(begun, request.toJson());
    }
    Files.deleteIfExists(folder.resolve(RunLayout.SUMMARY));
    Files.deleteIfExists(folder.resolve(RunLayout.METRICS));
    return new UnfinishedRun(folder, request);
  }

  /**
   * Refuses to go on in {@code folder} with another request than the one it was begun with, but for
   * how many epochs it may take.
   *
   * @throws InvalidInputException naming every difference, or if the old request is unreadable
   */
  public static void check(Path folder, RunRequest request) throws IOException {
    Path begun = folder.resolve(RunLayout.REQUEST);
    if (Files.exists(begun)) {
      RunRequest.read(begun).requireResumable(request, begun);
    }
  }

  /** Where the run stands. */
  public Path folder() {
    return folder;
  }

  /** What was asked for. */
  public RunRequest request() {
    return request;
  }

  /** The folder in which checkpoints belong; whoever writes the first one makes it. */
  public Path checkpoints() {
    return folder.resolve(RunLayout.CHECKPOINT_FOLDER);
  }

  /** Whether there is a checkpoint to go on from. */
  public boolean hasCheckpoint() {
    return Files.isRegularFile(RunLayout.checkpoint(folder));
  }

  /** Begins {@code history.csv}; see {@link History#create}. */
  public History startHistory(List<String> losses, List<String> metrics) throws IOException {
    return History.create(folder.resolve(RunLayout.HISTORY), losses, metrics);
  }

  /** Goes on with {@code history.csv} after its first rows, cutting off what follows them. */
  public History resumeHistory(List<String> losses, List<String> metrics, int rows)
      throws IOException {
    Path file = folder.resolve(RunLayout.HISTORY);
    return History.resume(file, losses, metrics, History.lengthAfter(file, rows));
  }

  /**
   * Writes all that makes the run stand alone, then the metrics, then the summary, and deletes the
   * checkpoint.
   *
   * @throws IOException if it cannot be written; the run is then still unfinished and resumable
   */
  public RunFolder finish(RunResult result) throws IOException {
    Dataset dataset = result.dataset();
    List<String> written = new ArrayList<>();
    written.add(RunLayout.REQUEST);
    if (Files.exists(folder.resolve(RunLayout.HISTORY))) {
      written.add(RunLayout.HISTORY);
    }
    new IdFile(dataset.users(), List.of()).write(created(RunLayout.USERS, written));
    new IdFile(dataset.items(), dataset.descriptions()).write(created(RunLayout.ITEMS, written));
    new InteractionsFile(dataset.train(), dataset.validation(), dataset.test())
        .write(created(RunLayout.INTERACTIONS, written));
    boolean omitted = FeaturesFile.bytes(dataset.features()) > MAX_FEATURE_BYTES;
    if (!dataset.features().isEmpty() && !omitted) {
      FeaturesFile.write(created(RunLayout.FEATURES, written), dataset.features());
    }
    writeGiven(result.files(), written);
    PerUser perUser = result.perUser();
    perUser.write(created(RunLayout.PER_USER, written));
    AtomicFile.write(created(RunLayout.METRICS, written), result.metrics().toJson());

    Map<String, String> hashes = new LinkedHashMap<>();
    for (String name : written) {
      hashes.put(name, Sha256.ofFile(folder.resolve(name)));
    }
    RunSummary summary =
        new RunSummary(
            RunLayout.FORMAT_VERSION,
            request.withHyperparameters(result.chosen()),
            result.outcome().get(),
            perUser.columns(),
            omitted,
            hashes);
    AtomicFile.write(folder.resolve(RunLayout.SUMMARY), summary.toJson());
    deleteCheckpoints(folder);
    return RunFolder.openUnverified(folder);
  }

  private void writeGiven(List<RunFile> files, List<String> written) throws IOException {
    Set<String> names = new HashSet<>(OWN_FILES);
    for (RunFile file : files) {
      if (!names.add(file.name()) || file.name().startsWith(RunLayout.CHECKPOINT_FOLDER + "/")) {
        throw new IllegalArgumentException(
            "run file: expected a name that is not taken, got '" + file.name() + "'");
      }
      Path path = created(file.name(), written);
      file.content().writeTo(path);
      if (!Files.isRegularFile(path)) {
        throw new IllegalStateException(
            "run file '" + file.name() + "': expected its content to create it, got no file");
      }
    }
  }

  private Path created(String name, List<String> written) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash > 0) {
      Files.createDirectories(folder.resolve(name.substring(0, slash)));
    }
    written.add(name);
    return folder.resolve(name);
  }

  /** Deletes the checkpoint of the run in {@code folder}, and its folder. */
  public static void deleteCheckpoints(Path folder) throws IOException {
    Path checkpoints = folder.resolve(RunLayout.CHECKPOINT_FOLDER);
    if (Files.isDirectory(checkpoints)) {
      List<Path> paths;
      try (Stream<Path> walk = Files.walk(checkpoints)) {
        paths = new ArrayList<>(walk.toList());
      }
      Collections.reverse(paths);
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    }
  }
}
