package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.data.DatasetChange;
import dev.medley.engine.Device;
import dev.medley.engine.Engine;
import dev.medley.engine.NeighborGraphs;
import dev.medley.engine.TensorFile;
import dev.medley.evaluation.EvaluationResult;
import dev.medley.evaluation.Evaluator;
import dev.medley.evaluation.Slice;
import dev.medley.formats.Safetensors;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.blocks.ScaledFeatures;
import dev.medley.models.blocks.TrainedScorer;
import dev.medley.runs.PeakMemory;
import dev.medley.runs.PerUser;
import dev.medley.runs.RunFile;
import dev.medley.runs.RunFolder;
import dev.medley.runs.RunLayout;
import dev.medley.runs.RunLock;
import dev.medley.runs.RunMetrics;
import dev.medley.runs.RunOutcome;
import dev.medley.runs.RunRequest;
import dev.medley.runs.RunResult;
import dev.medley.runs.RunState;
import dev.medley.runs.UnfinishedRun;
import dev.medley.training.Checkpoints;
import dev.medley.training.Trainer;
import dev.medley.training.TrainingListener;
import dev.medley.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One training, from a dataset in memory to a finished run folder.
 *
 * @param asked the model, and how it is trained
 * @param dataset what it is trained and measured on, changed already as asked
 * @param out the run's folder
 * @param resume whether to go on where an earlier try stopped
 */
record TrainingRun(AskedTraining asked, Dataset dataset, Path out, boolean resume) {

  private static final double NANOS = 1e9;

  /** What is asked for in single parts; see {@link AskedTraining}. */
  TrainingRun(
      Models.Recipe recipe,
      Dataset dataset,
      DatasetChange change,
      long seed,
      int threads,
      Device device,
      Imputation imputation,
      Path out,
      boolean resume) {
    this(
        new AskedTraining(recipe, change, seed, threads, device, imputation), dataset, out, resume);
  }

  /**
   * Refuses to start where a run stands already, before anything is read.
   *
   * @throws InvalidInputException if something stands at {@code out}
   */
  static void requireFree(Path out, boolean resume) throws IOException {
    RunState state = RunState.of(out);
    if (state == RunState.NOT_A_RUN || (state != RunState.ABSENT && !resume)) {
      throw new InvalidInputException(
          "--out: expected a path where nothing is yet, got %s; choose another%s"
              .formatted(
                  out,
                  switch (state) {
                    case UNFINISHED -> ", delete it, or go on with it by --resume";
                    case FINISHED -> " or delete it";
                    case NOT_A_RUN, ABSENT -> "";
                  }));
    }
  }

  /**
   * Refuses what {@link #execute} would refuse, without creating anything.
   *
   * @throws InvalidInputException if the model cannot be trained on the data, another run stands
   *     there, or the device is absent
   */
  void check() throws IOException {
    requireFree(out, resume);
    RunState state = RunState.of(out);
    if (state == RunState.FINISHED) {
      requireSameAsFinished();
      return;
    }
    pretrained();
    asked.recipe().check().accept(dataset.trainingView());
    if (state == RunState.UNFINISHED) {
      UnfinishedRun.check(out, request());
      Checkpoints kept = Checkpoints.in(out.resolve(RunLayout.CHECKPOINT_FOLDER));
      kept.refuseNewer();
      requireEpochs(kept.epochs());
    }
    if (asked.device().cuda()) { // what asks libtorch
      Engine.start(asked.threads(), asked.device());
    }
  }

  private void requireEpochs(int done) throws IOException {
    if (request().hyperparameters().get("epochs") instanceof Long epochs && epochs < done) {
      throw new InvalidInputException(
          "epochs: expected at least the %d that are done in %s, got %d; --set epochs=%d ends it with the best of them"
              .formatted(done, out, epochs, done));
    }
  }

  private void requireSameAsFinished() throws IOException {
    RunRequest then = RunFolder.open(out).request();
    @Nullable String hash;
    try {
      PretrainedRun pretrained = pretrained();
      hash = pretrained == null ? null : pretrained.sha256();
    } catch (InvalidInputException gone) {
      hash = null; // the run that this one started from is needed no longer
    }
    asked.requireSame(then, dataset.name(), dataset.contentHash(), dataset.split(), hash, out);
  }

  /** Trains, measures and writes; or opens the run where it is finished already. */
  RunFolder execute() throws IOException {
    check();
    if (RunState.of(out) == RunState.FINISHED) {
      UnfinishedRun.deleteCheckpoints(out); // left by a kill in the last moment
      return RunFolder.openUnverified(out);
    }
    long start = System.nanoTime();
    RunRequest request = request();
    Engine.start(asked.threads(), asked.device());
    ModelInput input =
        new ModelInput(
            dataset.trainingView(),
            new Seed(asked.seed()).child("model"),
            asked.imputation(),
            NeighborGraphs.cachedIn(CacheFolder.path().resolve("graphs")));
    @Nullable PretrainedRun pretrained = pretrained();
    if (pretrained != null) {
      input = input.with(pretrained.read());
    }
    try (Model model = asked.recipe().create().apply(input)) {
      UnfinishedRun run =
          resume ? UnfinishedRun.resume(out, request) : UnfinishedRun.create(out, request);
      RunLock lock = RunLock.take(out);
      try (StopSignals.LastWords words =
          StopSignals.say(
              "interrupted; the same command with --resume goes on with " + run.folder())) {
        return train(model, run, start);
      } finally {
        lock.close();
      }
    }
  }

  private RunFolder train(Model model, UnfinishedRun run, long start) throws IOException {
    dataset.warnings().forEach(warning -> System.err.println("warning: " + warning));
    Evaluator validation = evaluator(false);
    if (validation.users().length == 0) {
      System.err.println(
          "warning: nobody has validation interactions, so nothing stops training early: the last"
              + " epoch is kept, and of a closed form's candidates the first; --set epochs=N bounds it");
    }
    try (ProgressDisplay progress = new ProgressDisplay(asked.recipe().model());
        Checkpoints checkpoints = Checkpoints.in(run.checkpoints())) {
      List<TrainingListener> listeners =
          List.of(new HistoryWriter(run, columns(model), validation.columns()), progress);
      TrainingResult result =
          new Trainer(
                  model,
                  dataset.trainingView(),
                  new Seed(asked.seed()).child("training"),
                  validation::accuracy,
                  checkpoints,
                  asked.recipe().rule(),
                  listeners)
              .run();
      progress.close();
      try (TrainedScorer scorer = Trainer.scorerOf(model)) {
        EvaluationResult onValidation = validation.evaluate(scorer);
        EvaluationResult onTest = evaluator(true).evaluate(scorer);
        Supplier<RunOutcome> outcome =
            () ->
                new RunOutcome(
                    result.epochs(),
                    result.bestEpoch(),
                    model.parameters().count(),
                    result.secondsPerEpoch(),
                    result.secondsPerEvaluation(),
                    (System.nanoTime() - start) / NANOS,
                    PeakMemory.mebibytes().stream().boxed().findFirst().orElse(null),
                    Clock.systemUTC().instant());
        RunMetrics metrics =
            new RunMetrics(onValidation.metrics(), onTest.metrics(), slices(onTest.slices()));
        PerUser perUser =
            new PerUser(
                onTest.perUser().users(), onTest.perUser().columns(), onTest.perUser().values());
        return run.finish(
            new RunResult(
                dataset, metrics, perUser, files(model, scorer), outcome, result.chosen()));
      }
    }
  }

  private Evaluator evaluator(boolean test) {
    Evaluator.Builder builder =
        Evaluator.builder(dataset.train(), test ? dataset.test() : dataset.validation())
            .features(dataset.features())
            .ids(dataset.users(), dataset.items())
            .model(asked.recipe().model())
            .threads(asked.threads());
    return test ? builder.withSlices().build() : builder.build();
  }

  private @Nullable PretrainedRun pretrained() throws IOException {
    return PretrainedRun.of(asked.recipe().model(), asked.recipe().settings(), dataset);
  }

  private RunRequest request() throws IOException {
    PretrainedRun pretrained = pretrained();
    return asked.request(
        dataset.name(),
        dataset.contentHash(),
        dataset.split(),
        pretrained == null ? null : pretrained.sha256());
  }

  private static List<String> columns(Model model) {
    List<String> terms = new ArrayList<>();
    for (Phase phase : model.phases()) {
      phase.terms().stream().filter(term -> !terms.contains(term)).forEach(terms::add);
    }
    model.modalEmbeddings().forEach(embedding -> terms.add(embedding.column()));
    return terms;
  }

  private static List<RunFile> files(Model model, TrainedScorer scorer) {
    List<RunFile> files = new ArrayList<>();
    files.add(
        new RunFile(
            RunLayout.PARAMETERS,
            path -> TensorFile.write(path, Map.of(), model.parameters().tensors())));
    if (!model.fitted().isEmpty()) {
      files.add(new RunFile("scaling.safetensors", path -> writeScaling(path, model.fitted())));
    }
    files.addAll(StoredScorers.files(scorer));
    return files;
  }

  private static void writeScaling(Path path, List<ScaledFeatures> fitted) throws IOException {
    Map<String, String> kinds = new LinkedHashMap<>();
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (ScaledFeatures features : fitted) {
      String modality = features.modality();
      kinds.put(modality, features.scaling().name());
      tensors.add(
          Safetensors.Tensor.of(modality + "/mean", features.means(), features.dimension()));
      tensors.add(
          Safetensors.Tensor.of(
              modality + "/deviation", features.deviations(), features.dimension()));
    }
    Safetensors.write(path, kinds, tensors);
  }

  /** Slices as metrics.json holds them. */
  static Map<String, Object> slices(List<Slice> slices) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (Slice slice : slices) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("members", slice.members());
      one.put("users", slice.users());
      one.put("metrics", slice.metrics());
      all.put(slice.name(), one);
    }
    return all;
  }
}
