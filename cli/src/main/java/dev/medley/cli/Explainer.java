package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Scorer;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Scope;
import dev.medley.models.Explainable;
import dev.medley.models.Model;
import dev.medley.models.blocks.ItemNeighbors;
import dev.medley.models.blocks.ItemWeights;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunRequest;
import dev.medley.training.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the scores of a finished run apart. The model is made again from the run's request and its
 * parameters; what an item of the history contributes is the drop of the score when the model is
 * made again without that one interaction, so that degrees and normalisation follow while the
 * parameters stay.
 */
final class Explainer implements AutoCloseable {
  private static final int MOST = 2;
  private static final int ATTENDED = 3;
  private static final String WHOLE = "behaviour";

  private final RunRequest request;
  private final Dataset dataset;
  private final Scorer stored;
  private final @Nullable Model model; // null where the scorer alone tells

  private Explainer(RunRequest request, Dataset dataset, Scorer stored, @Nullable Model model) {
    this.request = request;
    this.dataset = dataset;
    this.stored = stored;
    this.model = model;
  }

  /**
   * Makes the run's model again.
   *
   * @param part which part of the run, as {@code members/NAME/}; empty for the run itself
   * @param scorer of the run or its part; stays the caller's
   * @throws InvalidInputException if the run does not hold what that takes
   */
  static Explainer of(RunFolder run, String part, Dataset dataset, Scorer scorer)
      throws IOException {
    RunRequest request = run.request(part);
    if (scorer instanceof ItemNeighbors || scorer instanceof ItemWeights) {
      return new Explainer(
          request, dataset, scorer, null); // scores by the user's items, without parameters
    }
    Models.Entry<?> entry = Models.named(request.model());
    if (!entry.training().equals("gradient")) {
      throw new InvalidInputException(
          "--explain: expected a run of a model that was trained by gradients, or that scores by neighbours or weights between items, got one of %s; leave --explain out"
              .formatted(entry.name()));
    }
    if (entry.needs().contains("features") && dataset.features().isEmpty()) {
      throw new InvalidInputException(
          "--explain: expected a run that keeps its features, got %s, whose features were too large to keep; leave --explain out"
              .formatted(run.folder()));
    }
    NeighborGraphs graphs = NeighborGraphs.cachedIn(graphs());
    Model model = StoredModels.read(run, part, dataset, dataset.train(), graphs);
    return new Explainer(request, dataset, scorer, model);
  }

  private static Path graphs() {
    return CacheFolder.path().resolve("graphs");
  }

  /**
   * Why these items are recommended.
   *
   * @param user dense number
   * @param items dense numbers
   * @return one explanation for each
   */
  List<Explanation> explain(int user, int[] items) throws IOException {
    double[] scores;
    try (Scorer scorer = scorer()) {
      scores = scores(scorer, user, items);
    }
    double[][] summands = new double[items.length][];
    List<String> parts = List.of(WHOLE);
    for (int k = 0; k < items.length; k++) {
      summands[k] = new double[] {scores[k]};
    }
    if (model instanceof Explainable explainable) {
      parts = explainable.parts();
      try (Scope scope = Scope.open()) {
        summands = NoGradient.of(() -> explainable.summands(user, items));
      }
    }
    List<List<Explanation.Contribution>> history =
        history(dataset, user, items, scores, this::over);
    List<Explanation> all = new ArrayList<>();
    for (int k = 0; k < items.length; k++) {
      all.add(
          new Explanation(
              shares(parts, summands[k]), history.get(k), weights(items[k]), attended(items[k])));
    }
    return all;
  }

  /** Scores over other training interactions than the run's. */
  @FunctionalInterface
  interface Histories {

    /** The scorer over these; the caller closes it. */
    Scorer over(Interactions train) throws IOException;
  }

  /** What each part's summand is of all of them. */
  static List<Explanation.Share> shares(List<String> parts, double[] summands) {
    double total = 0;
    for (double summand : summands) {
      total += Math.abs(summand);
    }
    List<Explanation.Share> shares = new ArrayList<>();
    for (int part = 0; part < summands.length; part++) {
      double share = total == 0 ? 1.0 / summands.length : Math.abs(summands[part]) / total;
      double summand = summands[part] + 0.0; // no −0
      shares.add(new Explanation.Share(parts.get(part), summand, share));
    }
    return shares;
  }

  /**
   * For each item the interactions of the user that contribute most: the drop of its score when one
   * is taken out.
   */
  static List<List<Explanation.Contribution>> history(
      Dataset dataset, int user, int[] items, double[] scores, Histories histories)
      throws IOException {
    int[] own = dataset.train().itemsOf(user);
    double[][] drops = new double[own.length][];
    for (int h = 0; h < own.length; h++) {
      double[] without;
      try (Scorer scorer = histories.over(dataset.train().without(user, own[h]))) {
        without = scores(scorer, user, items);
      }
      drops[h] = new double[items.length];
      for (int k = 0; k < items.length; k++) {
        drops[h][k] = scores[k] - without[k];
      }
    }
    List<List<Explanation.Contribution>> all = new ArrayList<>();
    for (int k = 0; k < items.length; k++) {
      List<Explanation.Contribution> contributions = new ArrayList<>();
      for (int h = 0; h < own.length; h++) {
        contributions.add(contribution(dataset, own[h], drops[h][k]));
      }
      contributions.sort(Comparator.comparingDouble(one -> -one.value()));
      all.add(List.copyOf(contributions.subList(0, Math.min(MOST, contributions.size()))));
    }
    return all;
  }

  private static Explanation.Contribution contribution(Dataset dataset, int item, double value) {
    return new Explanation.Contribution(dataset.items().id(item), value);
  }

  static double[] scores(Scorer scorer, int user, int[] items) {
    float[] all = new float[scorer.items()];
    scorer.score(new int[] {user}, all);
    double[] chosen = new double[items.length];
    for (int k = 0; k < items.length; k++) {
      chosen[k] = all[items[k]];
    }
    return chosen;
  }

  /** With the run's interactions and parameters. */
  private Scorer scorer() throws IOException {
    return model == null ? over(dataset.train()) : Trainer.scorerOf(model);
  }

  /** With these training interactions and the run's parameters; the caller closes it. */
  Scorer over(Interactions train) throws IOException {
    Model trained = model;
    if (trained == null) { // what the run scores with, over other histories; shares its weights
      return stored instanceof ItemNeighbors neighbors
          ? neighbors.over(train)
          : ((ItemWeights) stored).over(train);
    }
    // a graph of these interactions is nobody else's: not kept
    NeighborGraphs graphs = NeighborGraphs.readFrom(graphs());
    try (Model other = StoredModels.make(request, dataset, train, graphs)) {
      other.parameters().copyFrom(trained.parameters());
      return Trainer.scorerOf(other);
    }
  }

  private Map<String, Double> weights(int item) {
    if (!(model instanceof Explainable explainable)) {
      return Map.of();
    }
    try (Scope scope = Scope.open()) {
      return NoGradient.of(() -> explainable.weights(item));
    }
  }

  private List<Explanation.Contribution> attended(int item) {
    if (!(model instanceof Explainable explainable)) {
      return List.of();
    }
    try (Scope scope = Scope.open()) {
      return NoGradient.of(() -> explainable.attended(item, ATTENDED)).stream()
          .map(one -> contribution(dataset, one.item(), one.weight()))
          .toList();
    }
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
  }
}
