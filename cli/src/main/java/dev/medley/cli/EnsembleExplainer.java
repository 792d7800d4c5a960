package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Scorer;
import dev.medley.models.blocks.FusedScorer;
import dev.medley.runs.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Takes the scores of an ensemble apart: what each member adds, and where every member's model can
 * be made again, by how much the sum drops without one interaction of the user's history.
 */
final class EnsembleExplainer implements AutoCloseable {
  private final Dataset dataset;
  private final FusedScorer fused;
  private final List<String> names;
  private final List<Explainer> members; // of weight above 0; empty where one of them cannot tell

  private EnsembleExplainer(
      Dataset dataset, FusedScorer fused, List<String> names, List<Explainer> members) {
    this.dataset = dataset;
    this.fused = fused;
    this.names = names;
    this.members = members;
  }

  /**
   * Makes the members' models again.
   *
   * @param fused of the run; stays the caller's
   */
  static EnsembleExplainer of(RunFolder run, Dataset dataset, FusedScorer fused)
      throws IOException {
    List<String> names = List.copyOf(EnsembleRun.weights(run).keySet());
    List<Explainer> members = new ArrayList<>();
    try {
      for (int m : weighing(fused)) {
        String part = EnsembleMember.prefix(names.get(m));
        if (EnsembleRun.changedFeatures(run.request(part))) {
          members.forEach(Explainer::close);
          members.clear();
          break; // the run keeps the features as they are
        }
        members.add(Explainer.of(run, part, dataset, fused.members().get(m)));
      }
    } catch (InvalidInputException untold) {
      members.forEach(Explainer::close);
      members.clear();
    } catch (IOException | RuntimeException failure) {
      members.forEach(Explainer::close);
      throw failure;
    }
    return new EnsembleExplainer(dataset, fused, names, List.copyOf(members));
  }

  /** Why these items are recommended; see {@link Explainer#explain}. */
  List<Explanation> explain(int user, int[] items) throws IOException {
    double[][] summands = fused.summands(user, items);
    double[] scores =
        Arrays.stream(summands).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    List<List<Explanation.Contribution>> history =
        members.isEmpty() ? List.of() : Explainer.history(dataset, user, items, scores, this::over);
    List<Explanation> all = new ArrayList<>();
    for (int k = 0; k < items.length; k++) {
      all.add(
          new Explanation(
              Explainer.shares(names, summands[k]),
              history.isEmpty() ? List.of() : history.get(k),
              Map.of(),
              List.of()));
    }
    return all;
  }

  /** Which members count; the others need not tell anything. */
  private static int[] weighing(FusedScorer fused) {
    double[] weights = fused.weights();
    return IntStream.range(0, weights.length).filter(m -> weights[m] > 0).toArray();
  }

  private Scorer over(Interactions train) throws IOException {
    List<Scorer> scorers = new ArrayList<>();
    try {
      for (Explainer member : members) {
        scorers.add(member.over(train));
      }
      double[] weights = fused.weights();
      return new FusedScorer(
          scorers, Arrays.stream(weighing(fused)).mapToDouble(m -> weights[m]).toArray());
    } catch (IOException | RuntimeException failure) {
      scorers.forEach(Scorer::close);
      throw failure;
    }
  }

  @Override
  public void close() {
    members.forEach(Explainer::close);
  }
}
