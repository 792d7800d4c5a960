package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.blocks.DegreeSensitivePruning;
import dev.medley.models.blocks.HistoryAttention;
import dev.medley.training.StepRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class MrCsafTest {
  private static final Seed EPOCH = new Seed(42);

  /** Every option but those of numbers, with both of its values, and the paper's reading. */
  private static final List<String[]> READINGS =
      List.of(
          new String[] {},
          new String[] {
            "itemEmbedding", "projected", "freezeFeatures", "false", "featureScaling", "raw",
            "attentionInput", "embeddings", "fusion", "linear", "loss", "per-modality"
          },
          new String[] {"selectorAxis", "column", "featureScaling", "l2", "omega", "0"},
          new String[] {"variant", "ams-only", "selectorAxis", "column", "l2", "0.01"},
          new String[] {"variant", "csaf-only", "fusion", "linear", "itemLayers", "2"},
          new String[] {"variant", "cam"},
          new String[] {
            "variant",
            "cam",
            "selectorAxis",
            "column",
            "itemEmbedding",
            "projected",
            "freezeFeatures",
            "false",
            "l2",
            "0.01"
          });

  /** The readings that a model of so many modalities can have. */
  private static List<String[]> readings(int modalities) {
    return READINGS.stream()
        .filter(reading -> modalities > 1 || !List.of(reading).contains("cam"))
        .toList();
  }

  static {
    Engine.start(1);
  }

  private static MrCsaf.Config config(String... keysAndValues) {
    String[] all = new String[keysAndValues.length + 8];
    String[] first = {"dim", "6", "neighbors", "4", "attentionKeys", "all", "edgeDropout", "0.5"};
    System.arraycopy(first, 0, all, 0, 8);
    System.arraycopy(keysAndValues, 0, all, 8, keysAndValues.length);
    return MrCsafContractTest.config(Optimization.COMMON, all);
  }

  private static ModelInput input(Dataset dataset, Precision precision) {
    return ModelInput.of(dataset.trainingView(), new Seed(1)).with(precision);
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

  @SuppressWarnings("unchecked") // its phase is on pairs
  private static Phase.Gradient<Batch.Pairs> phase(MrCsaf model) {
    return (Phase.Gradient<Batch.Pairs>) model.phases().get(0);
  }

  @Test
  void everyTermAndGradientIsThatOfTheLiteralForm() {
    long start = Scope.liveHandles();
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      double relative = precision == Precision.DOUBLE ? 1e-9 : 1e-4;
      double floor = precision == Precision.DOUBLE ? 1e-8 : 1e-3; // below it rounding is larger
      for (int modalities = 1; modalities <= 3; modalities++) {
        for (String[] reading : readings(modalities)) {
          Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
          Interactions kept = DegreeSensitivePruning.keep(dataset.train(), 0.5, EPOCH.stream());
          MrCsaf.Config config = config(reading);
          try (MrCsaf model = new MrCsaf(config, input(dataset, precision));
              LiteralMrCsaf literal =
                  new LiteralMrCsaf(config, dataset.trainingView(), kept, precision);
              Scope scope = Scope.open()) {
            phase(model).epochStart().prepare(1, EPOCH.stream());
            Loss fast = phase(model).loss().apply(batch(dataset));
            Loss slow = literal.loss(model.parameters().tensors(), batch(dataset));
            assertThat(fast.terms().stream().map(Loss.Term::name)).isEqualTo(phase(model).terms());
            assertThat(slow.terms().stream().map(Loss.Term::name)).isEqualTo(phase(model).terms());
            for (int term = 0; term < fast.terms().size(); term++) {
              double expected = slow.terms().get(term).value().item().toDouble();
              assertThat(fast.terms().get(term).value().item().toDouble())
                  .as(fast.terms().get(term).name())
                  .isCloseTo(expected, Offset.offset(relative * Math.abs(expected)));
            }
            List<double[]> byHand = gradients(model, fast);
            List<double[]> byTape = gradients(model, slow);
            for (int p = 0; p < byHand.size(); p++) {
              double largest = largest(byTape.get(p));
              assertThat(Doubles.largestDifference(byHand.get(p), byTape.get(p)))
                  .as(model.parameters().all().get(p).name())
                  .isLessThanOrEqualTo(relative * Math.max(largest, floor));
            }
          }
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  private static double largest(double[] values) {
    return Doubles.largestDifference(values, new double[values.length]);
  }

  private static List<double[]> gradients(MrCsaf model, Loss loss) {
    model.parameters().all().forEach(Parameter::clearGradient);
    loss.total().backward();
    List<double[]> gradients = new ArrayList<>();
    for (Parameter parameter : model.parameters().all()) {
      gradients.add(Doubles.toArray(parameter.gradient()));
    }
    model.parameters().all().forEach(Parameter::clearGradient);
    return gradients;
  }

  /** With few keys sampled and edges dropped: neither counts in what is ranked. */
  @Test
  void scoresUseAllKeysAndAllEdges() {
    for (String[] reading : READINGS) {
      Dataset dataset = ContractData.of(2).withMissingRow().dataset();
      String[] sampled = new String[reading.length + 2];
      System.arraycopy(reading, 0, sampled, 0, reading.length);
      sampled[reading.length] = "attentionKeys";
      sampled[reading.length + 1] = "3";
      MrCsaf.Config config = config(sampled);
      try (MrCsaf model = new MrCsaf(config, input(dataset, Precision.FLOAT));
          LiteralMrCsaf literal =
              new LiteralMrCsaf(config, dataset.trainingView(), dataset.train(), Precision.FLOAT);
          Scope scope = Scope.open()) {
        phase(model).epochStart().prepare(1, EPOCH.stream());
        double[] expected =
            NoGradient.of(() -> Doubles.toArray(literal.scores(model.parameters().tensors())));
        float[] scores = ModelContract.scores(model);
        for (int k = 0; k < scores.length; k++) {
          assertThat((double) scores[k])
              .isCloseTo(expected[k], Offset.offset(1e-4 * largest(expected)));
        }
      }
    }
  }

  @Test
  void anAblationLeavesTheOtherParametersAtTheSameStart() {
    Dataset dataset = ContractData.of(2).dataset();
    Map<String, float[]> whole = start(dataset);
    assertThat(whole.keySet())
        .contains("selector/weight", "attention/image/values", "loss/text/weight");
    for (String[] ablation :
        List.of(
            new String[] {"variant", "ams-only"},
            new String[] {"variant", "csaf-only"},
            new String[] {"variant", "cam"},
            new String[] {"selectorAxis", "column"},
            new String[] {"attentionKeys", "2"},
            new String[] {"loss", "per-modality"},
            new String[] {"fusion", "linear"},
            new String[] {"omega", "0"},
            new String[] {"itemEmbedding", "projected"},
            new String[] {"edgeDropout", "0"},
            new String[] {"freezeFeatures", "false"})) {
      Map<String, float[]> other = start(dataset, ablation);
      assertThat(other.keySet()).contains("users/image", "item/text/weight");
      other.forEach(
          (name, values) -> {
            if (whole.containsKey(name)) {
              assertThat(values).as("%s with %s", name, ablation[1]).isEqualTo(whole.get(name));
            }
          });
    }
    assertThat(start(dataset, "variant", "ams-only").keySet())
        .noneMatch(name -> name.startsWith("attention"));
    assertThat(start(dataset, "variant", "csaf-only").keySet())
        .noneMatch(name -> name.startsWith("selector"));
    assertThat(start(dataset, "omega", "0").keySet()).noneMatch(name -> name.startsWith("loss"));
  }

  private static Map<String, float[]> start(Dataset dataset, String... keysAndValues) {
    try (MrCsaf model = new MrCsaf(config(keysAndValues), input(dataset, Precision.FLOAT))) {
      return ModelContract.parameters(model);
    }
  }

  /** The variants differ in the score that they say they differ in. */
  @Test
  void eachVariantScoresDifferently() {
    Dataset dataset = ContractData.of(2).dataset();
    List<float[]> all = new ArrayList<>();
    for (String variant : List.of("full", "ams-only", "csaf-only", "cam")) {
      try (MrCsaf model = new MrCsaf(config("variant", variant), input(dataset, Precision.FLOAT))) {
        all.add(ModelContract.scores(model));
      }
    }
    for (int k = 0; k < all.size(); k++) {
      for (int other = 0; other < k; other++) {
        assertThat(all.get(k)).isNotEqualTo(all.get(other));
      }
    }
  }

  @Test
  void summandsAddUpToTheScoreAndWeightsToOne() throws IOException {
    for (int modalities = 1; modalities <= 3; modalities++) {
      Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
      try (MrCsaf model = new MrCsaf(config("epochs", "2"), input(dataset, Precision.FLOAT))) {
        ModelContract.train(model, dataset, StepRule.PLAIN);
        assertThat(model.parts()).hasSize(modalities);
        float[] scores = ModelContract.scores(model);
        int[] items = {0, ContractData.INCOMPLETE_ITEM, 29};
        double[][] summands = model.summands(4, items);
        for (int k = 0; k < items.length; k++) {
          assertThat(summands[k]).hasSize(modalities);
          double sum = 0;
          for (double summand : summands[k]) {
            sum += summand;
          }
          assertThat(sum).isCloseTo(scores[4 * ContractData.ITEMS + items[k]], Offset.offset(1e-5));
        }
        assertThat(model.weights(0).keySet()).containsExactlyElementsOf(model.parts());
        assertThat(model.weights(0).values().stream().mapToDouble(w -> w).sum())
            .isCloseTo(1, Offset.offset(1e-6));
      }
    }
  }

  @Test
  void aModalitysSummandIsItsOwnProductOfTheLiteralForm() {
    int user = 4;
    int[] items = {0, ContractData.INCOMPLETE_ITEM, 29, 0};
    for (int modalities = 1; modalities <= 3; modalities++) {
      for (String[] reading : readings(modalities)) {
        Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
        MrCsaf.Config config = config(reading);
        try (MrCsaf model = new MrCsaf(config, input(dataset, Precision.DOUBLE));
            LiteralMrCsaf literal =
                new LiteralMrCsaf(
                    config, dataset.trainingView(), dataset.train(), Precision.DOUBLE);
            Scope scope = Scope.open()) {
          double[][] summands = model.summands(user, items);
          assertThat(summands).hasDimensions(items.length, modalities);
          for (int m = 0; m < modalities; m++) {
            double[] expected = Doubles.toArray(literal.summands(model.parameters().tensors(), m));
            double scale = largest(expected);
            assertThat(scale).isPositive();
            for (int k = 0; k < items.length; k++) {
              assertThat(summands[k][m])
                  .as("%s of %s with %s", model.parts().get(m), modalities, List.of(reading))
                  .isCloseTo(
                      expected[user * ContractData.ITEMS + items[k]], Offset.offset(1e-6 * scale));
            }
          }
        }
      }
    }
  }

  @Test
  void aMissingModalityHasNoWeightAndNoEmbedding() {
    Dataset dataset = ContractData.of(2).withMissingRow().dataset();
    int item = ContractData.INCOMPLETE_ITEM;
    for (String variant : List.of("full", "ams-only")) {
      try (MrCsaf model = new MrCsaf(config("variant", variant), input(dataset, Precision.FLOAT))) {
        String lacking = model.parts().get(0);
        String having = model.parts().get(1);
        assertThat(model.weights(item)).containsEntry(lacking, 0.0).containsEntry(having, 1.0);
        try (Scope scope = Scope.open()) {
          Tensor e =
              NoGradient.of(() -> model.modalEmbeddings().get(0).value().get().narrow(0, item, 1));
          assertThat(Tensors.toFloats(e.abs())).containsOnly(0);
        }
      }
    }
  }

  /** User by user, item by item. */
  @Test
  void historyAttentionIsASoftmaxOverTheUsersItems() {
    Dataset dataset = ContractData.of(2).withMissingRow().dataset();
    Interactions train = dataset.train();
    Parameters parameters = Parameters.from(new Seed(3), Precision.DOUBLE);
    try (parameters;
        HistoryAttention attention =
            new HistoryAttention(train, dataset.features(), 4, parameters);
        Scope scope = Scope.open()) {
      Map<String, Tensor> maps = parameters.tensors();
      List<Tensor> tables = List.of(made(6), made(7));
      String from = "history/" + dataset.features().get(1).modality();
      String to = "history/" + dataset.features().get(0).modality();
      List<Tensor> rows = new ArrayList<>();
      for (int user = 0; user < train.users(); user++) {
        int[] own = train.itemsOf(user);
        int[] having = IntStream.of(own).filter(dataset.features().get(0)::isPresent).toArray();
        Tensor mean = tables.get(1).index_select(0, Tensors.rows(own)).mean(0).view(1, 4);
        Tensor items = tables.get(0).index_select(0, Tensors.rows(having));
        rows.add(
            LiteralAttention.of(
                mean.mm(maps.get(from + "/queries")),
                items.mm(maps.get(to + "/keys")),
                items.mm(maps.get(to + "/values")),
                1));
      }
      Tensor literal = torch.cat(new TensorVector(rows.toArray(new Tensor[0])), 0);
      double[] expected = Doubles.toArray(literal);
      Tensor fast = attention.attended(tables).get(1);
      assertThat(Doubles.largestDifference(Doubles.toArray(fast), expected)).isLessThan(1e-12);
      List<String> taking = List.of(from + "/queries", to + "/keys", to + "/values");
      GradientCheck.Worst worst =
          GradientCheck.of(
              () -> attention.attended(tables).get(1).sin().sum(),
              parameters.all().stream().filter(each -> taking.contains(each.name())).toList(),
              16,
              new Seed(5));
      assertThat(worst.difference()).as(worst.toString()).isLessThan(1e-7);
    }
  }

  private static Tensor made(int seed) {
    double[] values = new double[30 * 4];
    RandomStream random = new Seed(seed).stream();
    for (int k = 0; k < values.length; k++) {
      values[k] = random.nextGaussian();
    }
    return Doubles.of(values, 30, 4);
  }

  @Test
  void wrongInputIsRefusedInOneSentence() {
    long before = Scope.liveHandles();
    Dataset one = ContractData.of(1).dataset();
    assertThatThrownBy(() -> new MrCsaf(config("variant", "cam"), input(one, Precision.FLOAT)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "model mr-csaf with variant=cam: expected features of at least 2 modalities, one to ask and one to answer, got 1; choose another variant");
    assertThatThrownBy(() -> new MrCsaf(config("neighbors", "30"), input(one, Precision.FLOAT)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected fewer than the 30 items, got 30");
    refused("omega: expected a number of at least 0, got -1", "omega", "-1");
    refused(
        "attentionKeys: expected all or a whole number of at least 1, got '0'",
        "attentionKeys",
        "0");
    refused(
        "attentionKeys: expected all or a whole number of at least 1, got 'many'",
        "attentionKeys",
        "many");
    refused("selectorHidden: expected a whole number of at least 1, got 0", "selectorHidden", "0");
    refused("edgeDropout: expected a number in [0, 1), got 1", "edgeDropout", "1");
    refused(
        "test: hyperparameter variant: expected full or ams-only or csaf-only or cam, got 'all'",
        "variant",
        "all");
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  private static void refused(String message, String key, String value) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }
}
