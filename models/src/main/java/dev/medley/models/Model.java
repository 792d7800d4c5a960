package dev.medley.models;

import dev.medley.engine.Parameters;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import java.util.List;

/**
 * A recommender that can be trained: it owns its parameters, says how they are trained, and scores
 * with what they are now. Close it when done: it holds native memory.
 */
public interface Model extends AutoCloseable {

  /** Everything that training changes; owned by the model. */
  Parameters parameters();

  /** How it is trained, phase by phase. */
  List<Phase> phases();

  /** A scorer of the parameters as they are now; the caller closes it. */
  TrainedScorer scorer();

  /** What was fitted on the features, per modality; empty where nothing was. */
  default List<ScaledFeatures> fitted() {
    return List.of();
  }

  /** What it has made of each modality, to follow what it forgets; empty where it has nothing. */
  default List<ModalEmbedding> modalEmbeddings() {
    return List.of();
  }

  @Override
  void close();
}
