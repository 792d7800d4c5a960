package dev.medley.training;

import dev.medley.core.InvalidInputException;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Adam;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameter;
import dev.medley.engine.Scope;
import dev.medley.evaluation.NonFiniteScoreException;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.Model;
import dev.medley.models.Phase;
import dev.medley.models.blocks.TrainedScorer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Runs a model's phases. The only training loop there is. */
public final class Trainer {
  private static final double NANOS = 1e9;

  private final Model model;
  private final Seed seed;
  private final Validation validation;
  private final Checkpoints checkpoints;
  private final StepRule rule;
  private final List<TrainingListener> listeners;
  private final Batches batches;
  private final Forgetting forgetting = new Forgetting();

  /**
   * A loop for one model.
   *
   * @param model at its start; trained in place
   * @param data what the model was made from
   * @param seed the root of the loop's randomness
   * @param validation decides when to stop and what is best
   * @param checkpoints where to keep the best parameters and what to go on from
   * @param rule how a step is taken
   * @param listeners hear of every step and evaluation
   */
  public Trainer(
      Model model,
      TrainingView data,
      Seed seed,
      Validation validation,
      Checkpoints checkpoints,
      StepRule rule,
      List<TrainingListener> listeners) {
    this.model = model;
    this.seed = seed;
    this.validation = validation;
    this.checkpoints = checkpoints;
    this.rule = rule;
    this.listeners = List.copyOf(listeners);
    this.batches = new Batches(data.train());
  }

  /** Trains {@code model} on {@code data} with plain steps, keeping nothing on disk. */
  public static TrainingResult train(
      Model model, TrainingView data, Seed seed, Validation validation) throws IOException {
    try (Checkpoints memory = Checkpoints.inMemory()) {
      return new Trainer(model, data, seed, validation, memory, StepRule.PLAIN, List.of()).run();
    }
  }

  /** The scorer of a model's present parameters, computed without a tape; the caller closes it. */
  public static TrainedScorer scorerOf(Model model) {
    try (Scope scope = Scope.open()) {
      return NoGradient.of(model::scorer);
    }
  }

  /**
   * Runs all phases, from a checkpoint where there is one.
   *
   * @throws TrainingDivergedException if a loss is not finite
   * @throws IOException if a checkpoint cannot be kept or read
   */
  public TrainingResult run() throws IOException {
    List<Phase> phases = model.phases();
    Progress kept = checkpoints.progress();
    Progress progress = kept == null ? new Progress() : kept;
    int resumed = progress.phase;
    if (kept != null) {
      listeners.forEach(listener -> listener.resumed(kept.evaluations));
    }
    Map<String, Object> chosen = new LinkedHashMap<>();
    boolean stepped = false;
    for (int index = 0; index < phases.size(); index++) {
      Phase phase = phases.get(index);
      if (index > 0 && progress.phase < index) {
        progress.nextPhase();
      }
      boolean resuming = kept != null && index == resumed;
      if (phase instanceof Phase.Gradient<?> gradient) {
        stepped = true;
        if (progress.phase == index) {
          run(gradient, progress, resuming);
        }
      } else if (phase instanceof Phase.ClosedForm closed) {
        boolean again = progress.phase > index; // a checkpoint of a later phase lacks its fit
        chosen.putAll(
            again ? solve(closed, new Progress(), List.of()) : solve(closed, progress, listeners));
      }
    }
    return new TrainingResult(
        stepped ? progress.epochSeconds.size() : null,
        stepped ? progress.bestEpoch : null,
        chosen,
        TrainingResult.median(progress.epochSeconds, true),
        TrainingResult.median(progress.evaluationSeconds, false));
  }

  private <B extends Batch> void run(Phase.Gradient<B> phase, Progress progress, boolean resuming)
      throws IOException {
    listeners.forEach(listener -> listener.phaseStarted(phase, progress.epoch));
    try (Adam adam = new Adam(phase.adam(), phase.parameters())) {
      if (resuming) {
        checkpoints.restore(model.parameters(), adam);
      }
      long since = System.nanoTime();
      while (!progress.phaseDone && progress.epoch < phase.epochs()) {
        int epoch = progress.epoch + 1;
        long start = System.nanoTime();
        Map<String, Double> losses = epoch(phase, epoch, adam);
        progress.epochSeconds.add((System.nanoTime() - start) / NANOS);
        progress.epoch = epoch;
        boolean last = epoch == phase.epochs();
        if (last || epoch % phase.evaluateEvery() == 0) {
          Map<String, Double> metrics = measureAfter(phase, epoch, progress);
          boolean best = progress.evaluated(epoch, deciding(metrics), true);
          progress.phaseDone = last || progress.sinceBest >= phase.patience();
          tell(listeners, phase, epoch, losses, metrics, best, since);
          if (best) {
            checkpoints.keepBest(progress, model.parameters());
          }
          checkpoints.save(progress, model.parameters(), adam);
          since = System.nanoTime();
        }
      }
    }
    checkpoints.restoreBest(progress, model.parameters());
    model.parameters().all().forEach(Parameter::clearGradient);
  }

  private <B extends Batch> Map<String, Double> epoch(
      Phase.Gradient<B> phase, int epoch, Adam adam) {
    Seed own = seed.child("epoch/" + phase.name(), epoch);
    torch.manual_seed(own.child("dropout").value());
    phase.epochStart().prepare(epoch, own.child("start").stream());
    double rate = phase.schedule().applyAsDouble(epoch);
    double[] sums = new double[phase.terms().size()];
    int count = batches.count(phase.sampler());
    int[] done = {0};
    batches.forEach(
        phase.sampler(),
        own.child("sampler").stream(),
        batch -> {
          int number = ++done[0];
          double[][] counted = {sums}; // of a rule that takes a batch's loss again, the first
          try (Scope scope = Scope.open()) {
            rule.at((epoch - 1L) * count + number)
                .step(
                    () -> phase.loss().apply(batch),
                    loss -> {
                      add(loss, phase, epoch, number, counted[0]);
                      counted[0] = new double[sums.length];
                    },
                    adam,
                    rate);
          }
          listeners.forEach(listener -> listener.stepped(epoch, number, count));
        });
    Map<String, Double> means = new LinkedHashMap<>();
    for (int k = 0; k < sums.length; k++) {
      means.put(phase.terms().get(k), sums[k] / count);
    }
    return means;
  }

  private static void add(Loss loss, Phase phase, int epoch, int batch, double[] sums) {
    List<Loss.Term> terms = loss.terms();
    if (terms.size() != sums.length) {
      throw new IllegalStateException(
          "phase %s: expected the loss terms %s, got %d"
              .formatted(phase.name(), phase.terms(), terms.size()));
    }
    for (int k = 0; k < sums.length; k++) {
      double value = terms.get(k).value().item().toDouble();
      if (!Double.isFinite(value)) {
        throw new TrainingDivergedException(
            "training diverged: loss term %s is %s in phase %s, epoch %d, batch %d; try a smaller learningRate"
                .formatted(terms.get(k).name(), value, phase.name(), epoch, batch));
      }
      sums[k] += value;
    }
  }

  /** Fits the best candidate; one of several that cannot be fitted is left out. */
  private Map<String, Object> solve(
      Phase.ClosedForm phase, Progress progress, List<TrainingListener> listeners) {
    listeners.forEach(listener -> listener.phaseStarted(phase, 0));
    List<Phase.Candidate> candidates = phase.candidates();
    @Nullable InvalidInputException refused = null;
    int best = 0;
    for (int number = 1; number <= candidates.size(); number++) {
      long since = System.nanoTime();
      try {
        candidates.get(number - 1).fit().run();
      } catch (InvalidInputException refusal) {
        refused = refusal;
        if (candidates.size() > 1) {
          progress.evaluations++; // it has its place in the history
          int which = number;
          double seconds = (System.nanoTime() - since) / NANOS;
          String reason = String.valueOf(refusal.getMessage());
          listeners.forEach(each -> each.leftOut(phase.name(), which, reason, seconds));
        }
        continue;
      }
      Map<String, Double> metrics = measure(progress);
      boolean better = progress.evaluated(number, deciding(metrics), false);
      if (better) {
        best = number;
      }
      tell(listeners, phase, number, Map.of(), metrics, better, since);
    }
    if (best == 0 && refused != null) {
      throw refused;
    }
    if (best != candidates.size()) {
      candidates.get(best - 1).fit().run();
    }
    return candidates.get(best - 1).chosen();
  }

  private Map<String, Double> measureAfter(Phase.Gradient<?> phase, int epoch, Progress progress) {
    try {
      return measure(progress);
    } catch (NonFiniteScoreException failure) {
      throw new TrainingDivergedException(
          "training diverged: scores are not finite after phase %s, epoch %d, batch %d (%s); try a smaller learningRate"
              .formatted(
                  phase.name(), epoch, batches.count(phase.sampler()), failure.getMessage()));
    }
  }

  private Map<String, Double> measure(Progress progress) {
    long start = System.nanoTime();
    try (Scorer scorer = scorerOf(model)) {
      Map<String, Double> metrics = validation.measure(scorer);
      progress.evaluationSeconds.add((System.nanoTime() - start) / NANOS);
      return metrics;
    }
  }

  private static double deciding(Map<String, Double> metrics) {
    Double value = metrics.get(Validation.DECIDING);
    if (value == null) {
      throw new IllegalStateException("validation: expected the metric " + Validation.DECIDING);
    }
    return value;
  }

  private void tell(
      List<TrainingListener> listeners,
      Phase phase,
      int epoch,
      Map<String, Double> losses,
      Map<String, Double> metrics,
      boolean best,
      long since) {
    if (listeners.isEmpty()) {
      return;
    }
    double seconds = (System.nanoTime() - since) / NANOS;
    TrainingListener.Evaluated evaluated =
        new TrainingListener.Evaluated(
            phase.name(),
            epoch,
            losses,
            forgetting.of(model.modalEmbeddings()),
            metrics,
            best,
            seconds);
    listeners.forEach(listener -> listener.evaluated(evaluated));
  }
}
