package dev.medley.runs;

import java.nio.file.Path;

/**
 * Where everything stands in a run folder, and the version of that layout.
 *
 * <p>A folder is a finished run when it has both {@link #METRICS} and {@link #SUMMARY}; they are
 * written last, in this order, each by rename.
 */
public final class RunLayout {
  /** What this code writes, and the newest that it reads. */
  public static final int FORMAT_VERSION = 1;

  /** What was asked for; written first. */
  public static final String REQUEST = "request.json";

  /** A row per evaluation, appended as it happens. */
  public static final String HISTORY = "history.csv";

  /** Exists while the run is trained. */
  public static final String CHECKPOINT_FOLDER = "checkpoint";

  /** Everything that is needed to go on bit for bit. */
  public static final String CHECKPOINT = "checkpoint/state.safetensors";

  /** A user id per line, by dense number. */
  public static final String USERS = "ids/users.tsv";

  /** An item id per line, by dense number, with its description where there is one. */
  public static final String ITEMS = "ids/items.tsv";

  /** The three sets of interactions in compressed sparse rows, and the training counts. */
  public static final String INTERACTIONS = "interactions.safetensors";

  /** The features that intra-list diversity is measured on, where they are small enough. */
  public static final String FEATURES = "features.safetensors";

  /** The model's parameters, where it has any. */
  public static final String PARAMETERS = "parameters.safetensors";

  /** Users' and items' vectors as NPY, where the model factorises. */
  public static final String EMBEDDINGS_FOLDER = "embeddings";

  /** A row per evaluated user of the test split. */
  public static final String PER_USER = "per_user.npy";

  /** Validation and test metrics; nothing in it differs between two identical runs. */
  public static final String METRICS = "metrics.json";

  /** Provenance, timings and checksums; written last. */
  public static final String SUMMARY = "run.json";

  private RunLayout() {}

  /** The checkpoint's path in {@code folder}; its parent exists only while the run is trained. */
  public static Path checkpoint(Path folder) {
    return folder.resolve(CHECKPOINT);
  }

  /** Whether {@code name} stays inside the folder: relative, with '/', without '.' or '..'. */
  static boolean isInside(String name) {
    if (name.isEmpty() || name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf(0) >= 0) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }
}
