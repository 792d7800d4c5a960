package dev.medley.bench;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.models.Batch;
import java.util.ArrayList;
import java.util.List;

/** A few batches of pairs, drawn beforehand so that their drawing is not timed. */
final class PairBatches {

  private PairBatches() {}

  static List<Batch.Pairs> of(Interactions train, int batchSize, int count) {
    RandomStream random = new Seed(2).stream();
    int[] userOf = train.userOfEach();
    List<Batch.Pairs> batches = new ArrayList<>();
    for (int batch = 0; batch < count; batch++) {
      int[] users = new int[batchSize];
      int[] positives = new int[batchSize];
      int[] negatives = new int[batchSize];
      for (int k = 0; k < batchSize; k++) {
        int pair = random.nextInt(train.size());
        users[k] = userOf[pair];
        positives[k] = train.columns()[pair];
        negatives[k] = random.nextInt(train.items());
      }
      batches.add(new Batch.Pairs(users, positives, negatives));
    }
    return batches;
  }
}
