package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.TensorFile;
import dev.medley.engine.Tensors;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.Batch;
import dev.medley.models.Cadmr;
import dev.medley.models.Cadmr.Attention;
import dev.medley.models.Explainable;
import dev.medley.models.Loss;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.Pretrained;
import dev.medley.models.Settings;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.TotalCorrelation;
import dev.medley.training.Checkpoints;
import dev.medley.training.StepRule;
import dev.medley.training.Trainer;
import dev.medley.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CadmrTest {
  private static final Seed SEED = new Seed(1);

  static {
    Engine.start(1);
  }

  @TempDir Path folder;

  private static Cadmr.Config config(Attention attention, KernelWeights.Kernel kernel, int heads) {
    return CadmrConfigs.withoutDropout(
        CadmrConfigs.of(
            attention,
            kernel,
            heads,
            TotalCorrelation.Estimator.GAUSSIAN,
            new Optimization(0.01, 64, 3, 1, 10)));
  }

  private static ModelInput input(int modalities, Precision precision) {
    Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
    return ModelInput.of(dataset.trainingView(), SEED).with(precision);
  }

  @SuppressWarnings("unchecked") // its phases are on rows of items
  private static Phase.Gradient<Batch.ItemRows> phase(Cadmr model, String name) {
    return (Phase.Gradient<Batch.ItemRows>)
        model.phases().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private static Batch.ItemRows all() {
    return new Batch.ItemRows(IntStream.range(0, ContractData.ITEMS).toArray());
  }

  /** The loss of a phase, as the loop would compute it. */
  private static Loss loss(Cadmr model, String name, Batch.ItemRows batch) {
    Phase.Gradient<Batch.ItemRows> phase = phase(model, name);
    phase.epochStart().prepare(1, SEED.stream());
    return phase.loss().apply(batch);
  }

  @Test
  void errorAndGradientsAreThoseOfTheDenseFormInBothPhasesAndBothPrecisions() {
    for (Attention attention : Attention.values()) {
      for (KernelWeights.Kernel kernel : KernelWeights.Kernel.values()) {
        for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
          Cadmr.Config config = config(attention, kernel, 2);
          ModelInput input = input(2, precision);
          double tolerance = precision == Precision.DOUBLE ? 1e-9 : 1e-4;
          try (Cadmr model = new Cadmr(config, input);
              LiteralCadmr literal = new LiteralCadmr(config, input.data(), precision)) {
            for (String phase : List.of("pretrain", "finetune")) {
              try (Scope scope = Scope.open()) {
                Loss.Term fast = loss(model, phase, all()).terms().get(0);
                Loss.Term slow =
                    Loss.of(
                            "mse",
                            literal.error(model.parameters().tensors(), phase.equals("finetune")))
                        .terms()
                        .get(0);
                String what = attention + " " + kernel + " " + precision + " " + phase;
                double expected = slow.value().item().toDouble();
                assertThat(fast.value().item().toDouble())
                    .as(what)
                    .isCloseTo(expected, Offset.offset(tolerance * expected));
                compare(what, tolerance, gradients(model, fast), gradients(model, slow));
              }
            }
          }
        }
      }
    }
  }

  private static Map<String, double[]> gradients(Cadmr model, Loss.Term term) {
    model.parameters().all().forEach(Parameter::clearGradient);
    term.value().backward();
    Map<String, double[]> gradients = new HashMap<>();
    for (Parameter parameter : model.parameters().all()) {
      if (parameter.gradient().defined()) {
        gradients.put(parameter.name(), Doubles.toArray(parameter.gradient()));
      }
    }
    model.parameters().all().forEach(Parameter::clearGradient);
    return gradients;
  }

  private static void compare(
      String what, double tolerance, Map<String, double[]> fast, Map<String, double[]> slow) {
    assertThat(fast.keySet()).as(what).isEqualTo(slow.keySet());
    double most = 0; // a gradient that is tiny beside the others is rounding noise
    for (double[] gradient : slow.values()) {
      most = Math.max(most, Doubles.largestDifference(gradient, new double[gradient.length]));
    }
    for (String name : fast.keySet()) {
      double[] expected = Objects.requireNonNull(slow.get(name));
      double largest = Doubles.largestDifference(expected, new double[expected.length]);
      assertThat(largest).as(what + " " + name).isPositive();
      assertThat(Doubles.largestDifference(Objects.requireNonNull(fast.get(name)), expected))
          .as(what + " " + name)
          .isLessThan(tolerance * Math.max(largest, 1e-2 * most));
    }
  }

  @Test
  void batchesOfItemsAddUpToTheWhole() {
    ModelInput input = input(2, Precision.DOUBLE);
    try (Cadmr model = new Cadmr(config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 1), input);
        Scope scope = Scope.open()) {
      int[] first = {4, 29, 0, 7, 3};
      int[] second =
          IntStream.range(0, ContractData.ITEMS)
              .filter(item -> IntStream.of(first).noneMatch(one -> one == item))
              .toArray();
      double sum = 0;
      for (int[] items : List.of(first, second)) {
        double mean =
            loss(model, "finetune", new Batch.ItemRows(items))
                .terms()
                .get(0)
                .value()
                .item()
                .toDouble();
        int[] counts = input.data().train().itemCounts();
        sum += mean * IntStream.of(items).map(item -> counts[item]).sum();
      }
      double whole = loss(model, "finetune", all()).terms().get(0).value().item().toDouble();
      assertThat(sum / input.data().train().size()).isCloseTo(whole, Offset.offset(1e-12));
    }
  }

  @Test
  void scoresAreTheReconstructionOfTheDenseForm() {
    Cadmr.Config config = config(Attention.RESIDUAL, KernelWeights.Kernel.LOCAL, 2);
    ModelInput input = input(3, Precision.FLOAT);
    try (Cadmr model = new Cadmr(config, input);
        LiteralCadmr literal = new LiteralCadmr(config, input.data(), Precision.FLOAT);
        Scope scope = Scope.open()) {
      double[] expected =
          Doubles.toArray(literal.reconstruction(model.parameters().tensors(), true).t());
      float[] scores = ModelContract.scores(model);
      for (int k = 0; k < scores.length; k++) {
        assertThat((double) scores[k]).isCloseTo(expected[k], Offset.offset(1e-5));
      }
    }
  }

  @Test
  void summandsAddUpToTheScoreAndAnItemAttendsWithWeightsThatSumToOne() {
    for (Attention attention : Attention.values()) {
      try (Cadmr model =
          new Cadmr(config(attention, KernelWeights.Kernel.NONE, 2), input(3, Precision.FLOAT))) {
        long before = Scope.liveHandles();
        assertThat(model.parts()).containsExactly("behaviour", "audio", "image", "text");
        float[] scores = ModelContract.scores(model);
        int[] items = {7, 3, 7, 21};
        double[][] summands = model.summands(4, items);
        for (int k = 0; k < items.length; k++) {
          double sum = 0;
          for (double summand : summands[k]) {
            sum += summand;
          }
          assertThat(sum).isCloseTo(scores[4 * ContractData.ITEMS + items[k]], Offset.offset(1e-5));
          assertThat(summands[k][2] != 0).isEqualTo(attention != Attention.NONE);
        }
        List<Explainable.Attended> attended = model.attended(5, ContractData.ITEMS);
        assertThat(attended).hasSize(attention == Attention.NONE ? 0 : ContractData.ITEMS);
        if (attention != Attention.NONE) {
          assertThat(attended.stream().mapToDouble(Explainable.Attended::weight).sum())
              .isCloseTo(1, Offset.offset(1e-5));
          assertThat(attended.get(0).weight()).isGreaterThanOrEqualTo(attended.get(9).weight());
        }
        model.attended(6, 2); // whose row takes the place of the last one
        assertThat(Scope.liveHandles() - before).isLessThanOrEqualTo(7);
      }
    }
  }

  /** The orders in which one, two or three modalities may come. */
  private static final int[][][] ORDERS = {
    {{0}}, {{0, 1}, {1, 0}}, {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
  };

  @Test
  void theBehavioursSummandIsTheScoreWithoutAttentionAndAModalitysItsShapleyValue() {
    int user = 4;
    int[] items = {7, ContractData.INCOMPLETE_ITEM, 7, 21};
    for (Attention attention : new Attention[] {Attention.LITERAL, Attention.RESIDUAL}) {
      for (int modalities = 1; modalities <= 3; modalities++) {
        KernelWeights.Kernel kernel =
            modalities == 2 ? KernelWeights.Kernel.LOCAL : KernelWeights.Kernel.NONE;
        Cadmr.Config config = config(attention, kernel, 2);
        ModelInput input = input(modalities, Precision.DOUBLE);
        try (Cadmr model = new Cadmr(config, input);
            LiteralCadmr literal = new LiteralCadmr(config, input.data(), Precision.DOUBLE);
            Scope scope = Scope.open()) {
          Map<String, Tensor> parameters = model.parameters().tensors();
          double[][] values = new double[1 << modalities][]; // by the modalities there are, I × U
          values[0] = Doubles.toArray(literal.reconstruction(parameters, false)); // X′ = X̃
          for (int set = 1; set < values.length; set++) {
            int there = set;
            values[set] =
                Doubles.toArray(
                    literal.reconstruction(parameters, true, m -> (there >> m & 1) == 1));
          }
          double[][] summands = model.summands(user, items);
          assertThat(summands).hasDimensions(items.length, 1 + modalities);
          for (int k = 0; k < items.length; k++) {
            int entry = items[k] * ContractData.USERS + user;
            double[] expected = new double[1 + modalities];
            expected[0] = values[0][entry];
            for (int[] order : ORDERS[modalities - 1]) {
              int before = 0;
              for (int m : order) {
                int after = before | 1 << m;
                expected[1 + m] +=
                    (values[after][entry] - values[before][entry]) / ORDERS[modalities - 1].length;
                before = after;
              }
            }
            assertThat(summands[k])
                .as("%s with %s modalities, item %s", attention, modalities, items[k])
                .containsExactly(expected, Offset.offset(1e-11));
            for (double summand : expected) {
              assertThat(Math.abs(summand)).isGreaterThan(1e-6); // or nothing were compared
            }
          }
        }
      }
    }
  }

  @Test
  void anItemThatLacksAModalityIsTreatedAsIfItHadTheMeanOfItsRepresentation() {
    int missing = ContractData.INCOMPLETE_ITEM;
    try (Cadmr model =
            new Cadmr(
                config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 1),
                input(2, Precision.DOUBLE));
        Scope scope = Scope.open()) {
      double[] h = Tensors.toDoubles(model.modalEmbeddings().get(0).value().get()); // I × 8
      for (int d = 0; d < 8; d++) {
        double sum = 0;
        for (int item = 0; item < ContractData.ITEMS; item++) {
          sum += item == missing ? 0 : h[8 * item + d];
        }
        assertThat(h[8 * missing + d])
            .isCloseTo(sum / (ContractData.ITEMS - 1), Offset.offset(1e-12));
      }
    }
  }

  private static Map<String, float[]> start(Cadmr.Config config) {
    try (Cadmr model = new Cadmr(config, input(2, Precision.FLOAT))) {
      return ModelContract.parameters(model);
    }
  }

  /** In the first phase X′ is X̃ whatever comes after it. */
  @Test
  void anAblationDropsTheSameEntriesOfTheInput() {
    Optimization optimization = new Optimization(0.01, 64, 3, 1, 10);
    double whole = firstError(CadmrConfigs.of(Attention.RESIDUAL, optimization), 7);
    assertThat(firstError(CadmrConfigs.of(Attention.NONE, optimization), 7)).isEqualTo(whole);
    assertThat(firstError(CadmrConfigs.of(Attention.NONE, optimization), 8)).isNotEqualTo(whole);
  }

  private static double firstError(Cadmr.Config config, long drawn) {
    try (Cadmr model = new Cadmr(config, input(2, Precision.FLOAT));
        Scope scope = Scope.open()) {
      torch.manual_seed(drawn);
      return Tensors.toDoubles(loss(model, "pretrain", all()).terms().get(0).value())[0];
    }
  }

  @Test
  void anAblationLeavesTheStartOfTheOtherParametersAsItIs() {
    Cadmr.Config base = config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 1);
    Map<String, float[]> whole = start(base);
    for (Cadmr.Config ablated :
        List.of(
            config(Attention.NONE, KernelWeights.Kernel.NONE, 1),
            config(Attention.LITERAL, KernelWeights.Kernel.NONE, 1),
            config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 4),
            CadmrConfigs.withTcWeight(base, 0))) {
      start(ablated)
          .forEach((name, value) -> assertThat(value).as(name).isEqualTo(whole.get(name)));
    }
    Map<String, float[]> kernels = start(config(Attention.RESIDUAL, KernelWeights.Kernel.LOCAL, 1));
    whole.forEach((name, value) -> assertThat(kernels.get(name)).as(name).isEqualTo(value));
  }

  /** A loop that can be stopped: it throws in the given epoch of the given phase. */
  private Map<String, float[]> trained(String name, String phase, int stop) throws IOException {
    Dataset dataset = ContractData.of(2).withMissingRow().dataset();
    Optimization optimization = new Optimization(0.01, 64, 6, 2, 10);
    Cadmr.Config config = CadmrConfigs.of(Attention.RESIDUAL, optimization);
    TrainingListener stopping =
        new TrainingListener() {
          private String running = "";

          @Override
          public void phaseStarted(Phase started, int epochsDone) {
            running = started.name();
          }

          @Override
          public void stepped(int epoch, int batch, int batches) {
            if (epoch == stop && running.equals(phase)) {
              throw new IllegalStateException("stopped on purpose");
            }
          }
        };
    try (Cadmr model = new Cadmr(config, ModelInput.of(dataset.trainingView(), SEED));
        Checkpoints checkpoints = Checkpoints.in(folder.resolve(name))) {
      new Trainer(
              model,
              dataset.trainingView(),
              SEED,
              Evaluator.builder(dataset.train(), dataset.validation()).build()::accuracy,
              checkpoints,
              StepRule.PLAIN,
              List.of(stopping))
          .run();
      Map<String, float[]> ends = new HashMap<>(ModelContract.parameters(model));
      ends.put("scores", ModelContract.scores(model));
      return ends;
    }
  }

  @Test
  void stoppedInEitherPhaseAndResumedItEndsInTheSameBytes() throws IOException {
    Map<String, float[]> whole = trained("whole", "none", 0);
    for (String phase : List.of("pretrain", "finetune")) {
      for (int epoch : new int[] {1, 4, 5}) {
        String name = phase + epoch;
        assertThatThrownBy(() -> trained(name, phase, epoch)).hasMessage("stopped on purpose");
        Map<String, float[]> resumed = trained(name, "none", 0);
        assertThat(resumed.keySet()).isEqualTo(whole.keySet());
        resumed.forEach(
            (tensor, value) ->
                assertThat(value).as(name + " " + tensor).isEqualTo(whole.get(tensor)));
      }
    }
  }

  private static Pretrained pretrained(Map<String, float[]> values, Cadmr.Config config) {
    Map<String, Pretrained.Values> chosen = new HashMap<>();
    config
        .autoencoder()
        .form()
        .shapes(ContractData.USERS)
        .forEach(
            (name, shape) ->
                chosen.put(
                    name, new Pretrained.Values(shape, Objects.requireNonNull(values.get(name)))));
    return new Pretrained("runs/earlier", chosen);
  }

  @Test
  void aPretrainedAutoencoderIsTakenOverAndItsPhaseLeftOut() {
    Cadmr.Config config = config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 1);
    Map<String, float[]> earlier;
    Map<String, float[]> own = start(config);
    try (Cadmr other =
        new Cadmr(
            config(Attention.NONE, KernelWeights.Kernel.NONE, 1),
            ModelInput.of(ContractData.of(2).dataset().trainingView(), new Seed(9)))) {
      earlier = ModelContract.parameters(other);
    }
    long before = Scope.liveHandles();
    ModelInput input = input(2, Precision.FLOAT).with(pretrained(earlier, config));
    try (Cadmr model = new Cadmr(CadmrConfigs.pretrained(config, "runs/earlier"), input)) {
      assertThat(model.phases().stream().map(Phase::name)).containsExactly("finetune");
      ModelContract.parameters(model)
          .forEach(
              (name, value) ->
                  assertThat(value)
                      .as(name)
                      .isEqualTo(earlier.containsKey(name) ? earlier.get(name) : own.get(name)));
    }
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void aPretrainedAutoencoderOfOtherSizesIsRefused() {
    Cadmr.Config config = config(Attention.RESIDUAL, KernelWeights.Kernel.NONE, 1);
    Map<String, Pretrained.Values> values = new HashMap<>();
    values.put("encoder/weight", new Pretrained.Values(List.of(20L, 12L), new float[240]));
    ModelInput input = input(1, Precision.FLOAT).with(new Pretrained("runs/earlier", values));
    long before = Scope.liveHandles();
    assertThatThrownBy(() -> new Cadmr(CadmrConfigs.pretrained(config, "runs/earlier"), input))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "pretrained: expected encoder/weight of shape [20, 24] in runs/earlier, got [20, 12];"
                + " choose a run on the same users with the same sizes");
    values.put("encoder/weight", new Pretrained.Values(List.of(20L, 24L), new float[480]));
    ModelInput less = input.with(new Pretrained("runs/earlier", values));
    assertThatThrownBy(() -> new Cadmr(CadmrConfigs.pretrained(config, "runs/earlier"), less))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("pretrained: expected a run with the parameter encoder/bias");
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void valuesOutOfRangeAreRefusedInOneSentence() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("heads=3", "heads: expected a divisor of dim 64, got 3"),
            Map.entry("heads=0", "heads: expected a whole number of at least 1, got 0"),
            Map.entry("gamma=-1", "gamma: expected a number of at least 0, got -1"),
            Map.entry("tcWeight=-1", "tcWeight: expected a number of at least 0, got -1"),
            Map.entry("w0=-0.1", "w0: expected a number of at least 0, got -0.1"),
            Map.entry("l2=-1", "l2: expected a number of at least 0, got -1"),
            Map.entry("kernelL2=-1", "kernelL2: expected a number of at least 0, got -1"),
            Map.entry("inputDropout=1", "inputDropout: expected a number in [0, 1), got 1"),
            Map.entry("dropout=-0.5", "dropout: expected a number in [0, 1), got -0.5"),
            Map.entry(
                "pretrainLearningRate=0", "pretrainLearningRate: expected a number above 0, got 0"),
            Map.entry(
                "pretrainEpochs=-1",
                "pretrainEpochs: expected a whole number of at least 0, got -1"),
            Map.entry(
                "hiddenLayers=0", "hiddenLayers: expected a whole number of at least 1, got 0"));
    wrong.forEach(
        (pair, message) -> {
          String[] both = pair.split("=", -1);
          Settings settings = new Settings(Map.of(both[0], new Settings.Given(both[1], "--set")));
          assertThatThrownBy(() -> Cadmr.Config.read(settings))
              .as(pair)
              .isInstanceOf(InvalidInputException.class)
              .hasMessage(message);
        });
  }

  @Test
  void aModelThatIsMadeAnewWithTheLearnedParametersScoresWithTheAttention() throws IOException {
    Dataset dataset = ContractData.of(2).dataset();
    Cadmr.Config config = CadmrConfigs.of(Attention.RESIDUAL, new Optimization(0.01, 64, 2, 1, 10));
    Path file = folder.resolve("learned.safetensors");
    float[] expected;
    try (Cadmr model = new Cadmr(config, ModelInput.of(dataset.trainingView(), SEED))) {
      ModelContract.train(model, dataset, StepRule.PLAIN);
      TensorFile.write(file, Map.of(), model.parameters().tensors());
      expected = ModelContract.scores(model);
    }
    List<float[]> found = new ArrayList<>();
    try (Cadmr model = new Cadmr(config, ModelInput.of(dataset.trainingView(), new Seed(3)))) {
      TensorFile.readInto(file, model.parameters().tensors());
      found.add(ModelContract.scores(model));
    }
    assertThat(found.get(0)).isEqualTo(expected);
  }
}
