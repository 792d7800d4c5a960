package dev.medley.bench;

import dev.medley.cli.StoredModels;
import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.models.Model;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One trained CADMR under protocols that leak: {@code leaks RUN}. Prints Recall@10 and NDCG@10 of
 * the fixed protocol, which are those of the run's metrics.json, and beside it what the same
 * parameters reach where held-out interactions are left in the input, where training items are
 * neither masked nor wrong, and where few items are ranked.
 */
final class Leaks {
  private static final int TOP = 10;
  private static final int NEGATIVES = 99;
  private static final int BATCH = 256; // users scored at once

  /** Mean Recall@10 and NDCG@10. */
  private record Accuracy(double recall, double ndcg) {}

  private final int[] users;
  private final int items;

  private Leaks(int[] users, int items) {
    this.users = users;
    this.items = items;
  }

  static void run(String... arguments) throws Exception {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("expected: leaks RUN, a run of cadmr");
    }
    Engine.start(1);
    RunFolder run = RunFolder.open(Path.of(arguments[0]));
    Dataset data = run.dataset();
    Interactions train = data.train();
    Interactions test = data.test();
    Interactions all = union(train, data.validation(), test);
    Leaks leaks =
        new Leaks(
            IntStream.range(0, train.users())
                .filter(user -> train.count(user) > 0 && test.count(user) > 0)
                .toArray(),
            train.items());
    BitSet held = new BitSet();
    Arrays.stream(test.columns()).forEach(held::set);
    RandomStream random = new Seed(1).child("negatives").stream();
    NeighborGraphs graphs = NeighborGraphs.uncached();
    try (Model model = StoredModels.read(run, "", data, train, graphs);
        Model told = StoredModels.read(run, "", data, all, graphs);
        Scorer honest = model.scorer();
        Scorer leaking = told.scorer()) {
      IntFunction<BitSet> unseen = user -> without(train, user, leaks.items);
      IntFunction<BitSet> everything =
          user -> without(Interactions.empty(train.users(), leaks.items), user, leaks.items);
      IntFunction<BitSet> ofTest = user -> and(unseen.apply(user), held);
      IntFunction<BitSet> sampled = user -> sampled(all, test, user, random);
      Interactions both = union(train, test);
      Accuracy fixed = leaks.measured(honest, test, unseen);
      requireThatOf(run, fixed);
      Timings.print("| protocol | Recall@10 | NDCG@10 | NDCG@10, times the fixed protocol's |");
      Timings.print("|---|---|---|---|");
      print("fixed", fixed, fixed);
      print("only test items are ranked", leaks.measured(honest, test, ofTest), fixed);
      print("99 sampled negatives", leaks.measured(honest, test, sampled), fixed);
      print(
          "training items unmasked and relevant", leaks.measured(honest, both, everything), fixed);
      print("held-out left in the input", leaks.measured(leaking, test, unseen), fixed);
      print("both of the last two", leaks.measured(leaking, both, everything), fixed);
    }
  }

  /** The figures of the fixed protocol are those of the project's own evaluation. */
  private static void requireThatOf(RunFolder run, Accuracy fixed) throws IOException {
    double ndcg = run.metrics().test().getOrDefault("ndcg@10", Double.NaN);
    if (!(Math.abs(ndcg - fixed.ndcg) < 1e-4)) {
      throw new IllegalStateException(
          "leaks: expected NDCG@10 %.6f as in metrics.json, got %.6f".formatted(ndcg, fixed.ndcg));
    }
  }

  private static void print(String protocol, Accuracy one, Accuracy fixed) {
    Timings.print(
        "| %s | %.4f | %.4f | %.1f |", protocol, one.recall, one.ndcg, one.ndcg / fixed.ndcg);
  }

  /**
   * Ranks each user's candidates, ties by the smaller item.
   *
   * @param targets what counts as a hit
   * @param candidates of a user; a target that is none is never hit
   */
  private Accuracy measured(Scorer scorer, Interactions targets, IntFunction<BitSet> candidates) {
    float[] all = new float[BATCH * items];
    double recall = 0;
    double ndcg = 0;
    for (int k = 0; k < users.length; k++) {
      int at = k % BATCH;
      if (at == 0) {
        scorer.score(Arrays.copyOfRange(users, k, Math.min(users.length, k + BATCH)), all);
      }
      int user = users[k];
      float[] scores = Arrays.copyOfRange(all, at * items, (at + 1) * items);
      BitSet ranked = candidates.apply(user);
      double gain = 0;
      int hits = 0;
      for (int target : targets.itemsOf(user)) {
        int rank = ranked.get(target) ? rank(scores, ranked, target) : TOP;
        if (rank < TOP) {
          hits++;
          gain += gain(rank);
        }
      }
      recall += (double) hits / targets.count(user);
      ndcg +=
          gain
              / IntStream.range(0, Math.min(TOP, targets.count(user)))
                  .mapToDouble(Leaks::gain)
                  .sum();
    }
    return new Accuracy(recall / users.length, ndcg / users.length);
  }

  private static double gain(int rank) {
    return Math.log(2) / Math.log(rank + 2.0);
  }

  /** How many candidates stand above the target. */
  private static int rank(float[] scores, BitSet candidates, int target) {
    return (int)
        candidates.stream()
            .filter(
                item ->
                    scores[item] > scores[target]
                        || (scores[item] == scores[target] && item < target))
            .limit(TOP)
            .count();
  }

  private static BitSet without(Interactions masked, int user, int items) {
    BitSet candidates = new BitSet(items);
    candidates.set(0, items);
    Arrays.stream(masked.itemsOf(user)).forEach(candidates::clear);
    return candidates;
  }

  private static BitSet and(BitSet one, BitSet other) {
    one.and(other);
    return one;
  }

  private static BitSet sampled(
      Interactions all, Interactions test, int user, RandomStream random) {
    BitSet candidates = new BitSet(all.items());
    while (candidates.cardinality() < Math.min(NEGATIVES, all.items() - all.count(user))) {
      int item = random.nextInt(all.items());
      if (!all.contains(user, item)) {
        candidates.set(item);
      }
    }
    Arrays.stream(test.itemsOf(user)).forEach(candidates::set);
    return candidates;
  }

  private static Interactions union(Interactions... parts) {
    return Interactions.ofPairs(
        parts[0].users(),
        parts[0].items(),
        Arrays.stream(parts).flatMapToInt(part -> Arrays.stream(part.userOfEach())).toArray(),
        Arrays.stream(parts).flatMapToInt(part -> Arrays.stream(part.columns())).toArray());
  }
}
