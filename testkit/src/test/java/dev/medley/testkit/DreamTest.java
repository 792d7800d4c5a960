package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.Dream;
import dev.medley.models.Loss;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DreamTest {

  static {
    Engine.start(1);
  }

  /** Two interactions of each user; item 3, which lacks the first modality, is among them. */
  private static Batch.Pairs batch(Dataset dataset) {
    int size = 2 * dataset.train().users();
    int[] users = new int[size];
    int[] positives = new int[size];
    int[] negatives = new int[size];
    for (int k = 0; k < size; k++) {
      users[k] = k / 2;
      positives[k] = dataset.train().itemsOf(k / 2)[k % 2];
      negatives[k] = k % 5 == 0 ? ContractData.INCOMPLETE_ITEM : (positives[k] + 7) % 30;
    }
    return new Batch.Pairs(users, positives, negatives);
  }

  private static List<Dream.Config> configs() {
    return List.of(
        DreamConfigs.usual(Optimization.COMMON),
        DreamConfigs.other(Optimization.COMMON),
        DreamConfigs.least(Optimization.COMMON));
  }

  @SuppressWarnings("unchecked") // its phase is on pairs
  private static Phase.Gradient<Batch.Pairs> phase(Dream model) {
    return (Phase.Gradient<Batch.Pairs>) model.phases().get(0);
  }

  @Test
  void everyTermAndGradientIsThatOfTheLiteralForm() {
    long start = Scope.liveHandles();
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      double tolerance = precision == Precision.DOUBLE ? 1e-9 : 1e-4;
      for (Dream.Config config : configs()) {
        for (int modalities = 1; modalities <= 3; modalities++) {
          compare(config, modalities, precision, tolerance);
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  private static void compare(
      Dream.Config config, int modalities, Precision precision, double tolerance) {
    Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
    TrainingView data = dataset.trainingView();
    ModelInput input = ModelInput.of(data, new Seed(1)).with(precision);
    try (Dream model = new Dream(config, input);
        LiteralDream literal = new LiteralDream(config, data, precision);
        Scope scope = Scope.open()) {
      Loss fast = phase(model).loss().apply(batch(dataset));
      Loss slow = literal.loss(model.parameters().tensors(), batch(dataset));
      assertThat(fast.terms().stream().map(Loss.Term::name)).isEqualTo(phase(model).terms());
      assertThat(fast.terms()).hasSameSizeAs(slow.terms());
      for (int term = 0; term < fast.terms().size(); term++) {
        Loss.Term one = fast.terms().get(term);
        Loss.Term other = slow.terms().get(term);
        assertThat(one.name()).isEqualTo(other.name());
        assertThat(one.weight()).isEqualTo(other.weight());
        double expected = number(other.value());
        assertThat(number(one.value()))
            .as(one.name())
            .isCloseTo(expected, Offset.offset(tolerance * Math.abs(expected)));
      }
      List<double[]> byHand = gradients(model, fast);
      List<double[]> byTape = gradients(model, slow);
      for (int p = 0; p < byHand.size(); p++) {
        double[] expected = byTape.get(p);
        double largest = Doubles.largestDifference(expected, new double[expected.length]);
        assertThat(Doubles.largestDifference(byHand.get(p), expected))
            .as(model.parameters().all().get(p).name())
            .isLessThan(tolerance * Math.max(1e-4, largest));
      }
    }
  }

  private static double number(Tensor tensor) {
    return tensor.item().toDouble();
  }

  private static List<double[]> gradients(Dream model, Loss loss) {
    model.parameters().all().forEach(Parameter::clearGradient);
    loss.total().backward();
    List<double[]> gradients = new ArrayList<>();
    for (Parameter parameter : model.parameters().all()) {
      assertThat(parameter.gradient().defined()).as(parameter.name()).isTrue();
      gradients.add(Doubles.toArray(parameter.gradient()));
    }
    model.parameters().all().forEach(Parameter::clearGradient);
    return gradients;
  }

  @Test
  void scoresAreThoseOfTheLiteralForm() {
    for (Dream.Config config : configs()) {
      Dataset dataset = ContractData.of(2).withMissingRow().dataset();
      TrainingView data = dataset.trainingView();
      try (Dream model = new Dream(config, ModelInput.of(data, new Seed(1)));
          LiteralDream literal = new LiteralDream(config, data, Precision.FLOAT);
          Scope scope = Scope.open()) {
        Tensor e = literal.represented(model.parameters().tensors()).detach();
        double[] expected = Doubles.toArray(e.narrow(0, 0, 20).matmul(e.narrow(0, 20, 30).t()));
        float[] scores = ModelContract.scores(model);
        for (int k = 0; k < scores.length; k++) {
          assertThat((double) scores[k]).isCloseTo(expected[k], Offset.offset(1e-5));
        }
      }
    }
  }

  /** The settings of each ablation. */
  private static Map<String, Map<String, String>> ablations() {
    Map<String, Map<String, String>> ablations = new LinkedHashMap<>();
    ablations.put("without gate", Map.of("gate", "none"));
    ablations.put("without relation graphs", Map.of("modalLayers", "0", "userNeighbors", "0"));
    ablations.put("without S3", Map.of("s3Weight", "0"));
    ablations.put("without intra-alignment", Map.of("intraWeight", "0"));
    ablations.put("without inter-alignment", Map.of("interWeight", "0"));
    return ablations;
  }

  private static Dream.Config ablated(Map<String, String> changed) {
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    Map.of("dim", "8", "intraWeight", "0.01", "interWeight", "0.01", "s3Weight", "0.1")
        .forEach((key, value) -> given.put(key, new Settings.Given(value, "test")));
    changed.forEach((key, value) -> given.put(key, new Settings.Given(value, "test")));
    return Dream.Config.read(new Settings(given));
  }

  @Test
  void anAblationLeavesTheStartOfTheOtherParametersAndTheOtherTermsAsTheyWere() {
    Dataset dataset = ContractData.of(2).withMissingRow().dataset();
    ModelInput input = ModelInput.of(dataset.trainingView(), new Seed(1));
    try (Dream whole = new Dream(ablated(Map.of()), input);
        Scope scope = Scope.open()) {
      Map<String, float[]> start = ModelContract.parameters(whole);
      Map<String, Double> terms = terms(whole, dataset);
      assertThat(terms.keySet()).containsExactly("bpr", "intra", "inter", "s3");
      ablations()
          .forEach(
              (name, changed) -> {
                try (Dream model = new Dream(ablated(changed), input)) {
                  Map<String, float[]> others = ModelContract.parameters(model);
                  others.forEach(
                      (parameter, value) ->
                          assertThat(value)
                              .as("%s: %s", name, parameter)
                              .isEqualTo(start.get(parameter)));
                  assertThat(start.keySet()).containsAll(others.keySet());
                  if (!changed.containsKey("gate")) {
                    assertThat(others.keySet()).isEqualTo(start.keySet());
                  }
                  List<String> same =
                      changed.containsKey("gate")
                          ? List.of()
                          : changed.containsKey("modalLayers")
                              ? List.of("s3")
                              : new ArrayList<>(terms(model, dataset).keySet());
                  for (String term : same) {
                    assertThat(terms(model, dataset).get(term))
                        .as("%s: %s", name, term)
                        .isEqualTo(terms.get(term));
                  }
                  changed
                      .keySet()
                      .forEach(
                          key ->
                              assertThat(terms(model, dataset))
                                  .doesNotContainKey(key.replace("Weight", "")));
                }
              });
    }
  }

  private static Map<String, Double> terms(Dream model, Dataset dataset) {
    Map<String, Double> terms = new LinkedHashMap<>();
    for (Loss.Term term : phase(model).loss().apply(batch(dataset)).terms()) {
      terms.put(term.name(), number(term.value()));
    }
    return terms;
  }

  @Test
  void aSumOfOneModalityAndAConcatenationStartAlike() {
    Dataset dataset = ContractData.of(3).dataset();
    ModelInput input = ModelInput.of(dataset.trainingView(), new Seed(1));
    float[] sum;
    try (Dream model = new Dream(ablated(Map.of("fusion", "sum")), input)) {
      sum = ModelContract.scores(model);
    }
    try (Dream model = new Dream(ablated(Map.of("fusion", "concat")), input)) {
      assertThat(model.parameters().tensors()).containsKey("fusion/weight");
      assertThat(ModelContract.scores(model))
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(sum);
    }
  }

  @Test
  void anItemWithoutAModalityHasThatOfTheOthersAlone() {
    Dataset dataset = ContractData.of(2).withMissingRow().dataset();
    ModelInput input = ModelInput.of(dataset.trainingView(), new Seed(1));
    int[] incomplete = {ContractData.INCOMPLETE_ITEM};
    for (Dream.Config config : configs()) {
      try (Dream model = new Dream(config, input)) {
        FeatureMatrix missing = dataset.features().get(0);
        assertThat(missing.isPresent(ContractData.INCOMPLETE_ITEM)).isFalse();
        for (int user = 0; user < ContractData.USERS; user++) {
          assertThat(model.summands(user, incomplete)[0][1]).isZero();
          assertThat(model.summands(user, incomplete)[0][2]).isNotZero();
        }
      }
    }
  }

  @Test
  void aModalityThatNoItemHasChangesNothing() {
    Dataset dataset = ContractData.of(1).dataset();
    float[][] rows = new float[ContractData.ITEMS][7];
    Arrays.stream(rows).forEach(row -> Arrays.fill(row, Float.NaN));
    FeatureMatrix image = dataset.features().get(0);
    TrainingView one = dataset.trainingView();
    TrainingView two =
        new TrainingView(one.train(), List.of(image, DenseFeatures.of("text", rows)));
    for (Dream.Config config : configs()) {
      try (Dream model = new Dream(config, ModelInput.of(one, new Seed(1)));
          Dream other = new Dream(config, ModelInput.of(two, new Seed(1)));
          Scope scope = Scope.open()) {
        assertThat(terms(other, dataset)).isEqualTo(terms(model, dataset));
        assertThat(ModelContract.scores(other))
            .usingComparatorWithPrecision(1e-6f)
            .containsExactly(ModelContract.scores(model));
      }
    }
  }

  @Test
  void withoutAnyFeatureOnlyTheBehaviourLineIsLeft() {
    Dataset dataset = ContractData.of(1).dataset();
    float[][] rows = new float[ContractData.ITEMS][7];
    Arrays.stream(rows).forEach(row -> Arrays.fill(row, Float.NaN));
    TrainingView none = new TrainingView(dataset.train(), List.of(DenseFeatures.of("image", rows)));
    for (Dream.Config config : configs()) {
      try (Dream model = new Dream(config, ModelInput.of(none, new Seed(1)));
          Scope scope = Scope.open()) {
        Map<String, Double> terms = terms(model, dataset);
        assertThat(terms.getOrDefault("intra", 0.0)).isZero();
        assertThat(terms.getOrDefault("inter", 0.0)).isZero();
        assertThat(terms.getOrDefault("s3", 0.0)).isZero();
        assertThat(gradients(model, phase(model).loss().apply(batch(dataset))))
            .allSatisfy(
                gradient ->
                    assertThat(Doubles.largestDifference(gradient, new double[gradient.length]))
                        .isFinite());
        assertThat(model.summands(0, new int[] {0})[0][1]).isZero();
      }
    }
  }

  @Test
  void badInputIsRefusedInOneSentenceBeforeAnythingIsMade() {
    long before = Scope.liveHandles();
    assertRefused(Map.of("s3Weight", "-1"), "s3Weight: expected a number of at least 0, got -1");
    assertRefused(
        Map.of("intraWeight", "-0.5"), "intraWeight: expected a number of at least 0, got -0.5");
    assertRefused(
        Map.of("interWeight", "-1"), "interWeight: expected a number of at least 0, got -1");
    assertRefused(Map.of("temperature", "0"), "temperature: expected a number above 0, got 0");
    assertRefused(
        Map.of("modalLayers", "-1"), "modalLayers: expected a whole number of at least 0, got -1");
    assertRefused(
        Map.of("userNeighbors", "-1"),
        "userNeighbors: expected a whole number of at least 0, got -1");
    assertRefused(Map.of("neighbors", "30"), "neighbors: expected fewer than the 30 items, got 30");
    assertRefused(Map.of("l2", "-1"), "l2: expected a number of at least 0, got -1");
    assertRefused(
        Map.of("gate", "both"),
        "test: hyperparameter gate: expected id or self or none, got 'both'");
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  private static void assertRefused(Map<String, String> settings, String message) {
    TrainingView data = ContractData.of(1).dataset().trainingView();
    assertThatThrownBy(() -> ablated(settings).check(data))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }
}
