package dev.medley.training;

import dev.medley.core.InvalidInputException;
import dev.medley.engine.Adam;
import dev.medley.engine.Parameters;
import dev.medley.engine.TensorFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code state.safetensors} is what training goes on from; {@code best-PHASE-EPOCH.safetensors}
 * holds the best parameters of the phase and is named by the state that belongs to it, so whichever
 * write a crash interrupts, the older pair still fits together.
 */
final class FolderCheckpoints extends Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(FolderCheckpoints.class);

  private final Path folder;
  private final Path state;

  FolderCheckpoints(Path folder) {
    this.folder = folder;
    this.state = folder.resolve("state.safetensors");
  }

  @Override
  public boolean exists() {
    return Files.exists(state);
  }

  @Override
  @Nullable Progress progress() throws IOException {
    if (!exists()) {
      return null;
    }
    refuseNewer();
    try {
      Progress progress = Progress.ofMetadata(TensorFile.metadata(state), state);
      TensorFile.metadata(best(progress)); // opens it, which checks that it is whole
      return progress;
    } catch (InvalidInputException unusable) {
      log.warn("the checkpoint is damaged, training starts afresh: {}", unusable.getMessage());
      return null;
    }
  }

  @Override
  public int epochs() throws IOException {
    try {
      return exists() ? Progress.ofMetadata(TensorFile.metadata(state), state).epoch : 0;
    } catch (InvalidInputException damaged) {
      return 0; // which is said when training starts
    }
  }

  @Override
  public void refuseNewer() throws IOException {
    if (!exists()) {
      return;
    }
    String version;
    try {
      version = TensorFile.metadata(state).getOrDefault(Progress.VERSION_KEY, "");
    } catch (InvalidInputException damaged) {
      return; // which is said when training starts
    }
    if (version.matches("[1-9][0-9]*")
        && new BigInteger(version).compareTo(BigInteger.valueOf(Progress.VERSION)) > 0) {
      throw new InvalidInputException(
          "%s, field %s: expected at most %d, got %s; go on with the newer Medley that wrote it, or choose another --out"
              .formatted(state, Progress.VERSION_KEY, Progress.VERSION, version));
    }
  }

  @Override
  void restore(Parameters parameters, @Nullable Adam adam) throws IOException {
    TensorFile.readInto(state, all(parameters, adam));
  }

  @Override
  void keepBest(Progress progress, Parameters parameters) throws IOException {
    Files.createDirectories(folder);
    TensorFile.write(best(progress), Map.of(), parameters.tensors());
  }

  @Override
  void restoreBest(Progress progress, Parameters parameters) throws IOException {
    TensorFile.readInto(best(progress), parameters.tensors());
  }

  @Override
  void save(Progress progress, Parameters parameters, @Nullable Adam adam) throws IOException {
    Files.createDirectories(folder);
    TensorFile.write(state, progress.toMetadata(), all(parameters, adam));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "best-*")) {
      for (Path file : files) {
        if (!file.equals(best(progress))) {
          Files.delete(file);
        }
      }
    }
  }

  private Path best(Progress progress) {
    return folder.resolve("best-%d-%d.safetensors".formatted(progress.phase, progress.bestEpoch));
  }

  private static Map<String, Tensor> all(Parameters parameters, @Nullable Adam adam) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.tensors());
    if (adam != null) {
      for (Adam.State moments : adam.states()) {
        String name = moments.parameter().name();
        tensors.put("adam/first/" + name, moments.first());
        tensors.put("adam/second/" + name, moments.second());
        tensors.put("adam/steps/" + name, moments.steps());
      }
    }
    return tensors;
  }
}
