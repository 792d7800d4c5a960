package dev.medley.cli;

import dev.medley.core.Dataset;
import dev.medley.core.Imputation;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.data.FeatureAblation;
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
import dev.medley.training.StepRule;
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
 * @param recipe the model and its hyperparameters
 * @param dataset what it is trained and measured on, its features changed already
 * @param ablation how they were changed
 * @param seed of everything random
 * @param threads at least 1
 * @param device where tensors live
 * @param imputation for models that cannot mask a missing feature row
 * @param out the run's folder
 * @param resume whether to go on where an earlier try stopped
 */
record TrainingRun(
    Models.Recipe recipe,
    Dataset dataset,
    FeatureAblation ablation,
    long seed,
    int threads,
    Device device,
    Imputation imputation,
    Path out,
    boolean resume) {

  private static final double NANOS = 1e9;

  /** A key that the user left open, as a request records it. */
  private static final String OPEN = "validation";

  /**
   * Refuses to start where a run stands already, before anything is read.
   *
   * @throws InvalidInputException if something stands at {@code out}
   */
  static void requireFree(Path out, boolean resume) throws IOException {
    RunState state = RunState.of(out);
    if (state == RunState.NOT_A_RUN || (state != RunState.ABSENT && !resume)) {
      throw new InvalidInputException(
          "--out: expected a path where nothing is yet, got "
              + out
              + "; choose another, delete it"
              + (state == RunState.UNFINISHED ? ", or go on with it by --resume" : ""));
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
    PretrainedRun.of(recipe.settings(), dataset);
    recipe.check().accept(dataset.trainingView());
    RunState state = RunState.of(out);
    if (state == RunState.FINISHED) {
      RunFolder.open(out).request().requireSame(request(), out.resolve(RunLayout.REQUEST));
    } else if (state == RunState.UNFINISHED) {
      UnfinishedRun.check(out, request());
      Checkpoints.in(out.resolve(RunLayout.CHECKPOINT_FOLDER)).refuseNewer();
    }
    if (device.cuda()) { // what asks libtorch
      Engine.start(threads, device);
    }
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
    Engine.start(threads, device);
    ModelInput input =
        new ModelInput(
            dataset.trainingView(),
            new Seed(seed).child("model"),
            imputation,
            NeighborGraphs.cachedIn(CacheFolder.path().resolve("graphs")));
    @Nullable PretrainedRun pretrained = pretrained();
    if (pretrained != null) {
      input = input.with(pretrained.read());
    }
    try (Model model = recipe.create().apply(input)) {
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
    try (ProgressDisplay progress = new ProgressDisplay(recipe.model());
        Checkpoints checkpoints = Checkpoints.in(run.checkpoints())) {
      List<TrainingListener> listeners =
          List.of(new HistoryWriter(run, columns(model), validation.columns()), progress);
      TrainingResult result =
          new Trainer(
                  model,
                  dataset.trainingView(),
                  new Seed(seed).child("training"),
                  validation::accuracy,
                  checkpoints,
                  StepRule.PLAIN,
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
            .model(recipe.model())
            .threads(threads);
    return test ? builder.withSlices().build() : builder.build();
  }

  private @Nullable PretrainedRun pretrained() throws IOException {
    return PretrainedRun.of(recipe.settings(), dataset);
  }

  private RunRequest request() throws IOException {
    Map<String, Object> hyperparameters = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> entry : recipe.settings().resolved().entrySet()) {
      @Nullable Object value = entry.getValue();
      hyperparameters.put(entry.getKey(), value == null ? OPEN : value);
    }
    return new RunRequest(
        recipe.model(),
        hyperparameters,
        dataset.name(),
        dataset.contentHash(),
        dataset.split(),
        seed,
        threads,
        device.toString(),
        options(),
        new RunRequest.Versions(
            Version.NUMBER,
            Runtime.version().toString(),
            Map.of("libtorch", Engine.LIBTORCH_VERSION)));
  }

  private Map<String, Object> options() throws IOException {
    Map<String, Object> options = new LinkedHashMap<>(Map.of("impute", imputation.label()));
    @Nullable PretrainedRun pretrained = pretrained();
    if (pretrained != null) {
      options.put("pretrained_sha256", pretrained.sha256());
    }
    if (!ablation.isNone()) {
      options.put("features", ablation.toString());
    }
    return options;
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

  private static Map<String, Object> slices(List<Slice> slices) {
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
