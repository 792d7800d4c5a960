package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.Freedom;
import dev.medley.models.Loss;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.blocks.DegreeSensitivePruning;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalityWeights;
import dev.medley.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FreedomTest {
  private static final Seed EPOCH = new Seed(42);

  static {
    Engine.start(1);
  }

  private static Freedom.Config config(boolean freeze, double edgeDropout) {
    return new Freedom.Config(
        6,
        2,
        4,
        ModalityWeights.AUTO,
        edgeDropout,
        1e-3,
        freeze,
        freeze ? FeatureScaling.ZSCORE : FeatureScaling.RAW,
        Optimization.COMMON);
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

  @Test
  @SuppressWarnings("unchecked") // its phase is on pairs
  void everyTermAndGradientIsThatOfTheLiteralForm() {
    long start = Scope.liveHandles();
    for (int modalities = 1; modalities <= 3; modalities++) {
      for (boolean freeze : new boolean[] {true, false}) {
        Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
        Freedom.Config config = config(freeze, 0.5);
        Interactions kept = DegreeSensitivePruning.keep(dataset.train(), 0.5, EPOCH.stream());
        ModelInput input =
            ModelInput.of(dataset.trainingView(), new Seed(1)).with(Precision.DOUBLE);
        try (Freedom model = new Freedom(config, input);
            LiteralFreedom literal =
                new LiteralFreedom(config, dataset.trainingView(), kept, Precision.DOUBLE);
            Scope scope = Scope.open()) {
          Phase.Gradient<Batch.Pairs> phase = (Phase.Gradient<Batch.Pairs>) model.phases().get(0);
          phase.epochStart().prepare(1, EPOCH.stream());
          Loss fast = phase.loss().apply(batch(dataset));
          Loss slow = literal.loss(model.parameters().tensors(), batch(dataset));
          assertThat(fast.terms()).hasSize(1 + modalities);
          for (int term = 0; term < fast.terms().size(); term++) {
            assertThat(fast.terms().get(term).name()).isEqualTo(slow.terms().get(term).name());
            assertThat(phase.terms().get(term)).isEqualTo(slow.terms().get(term).name());
            assertThat(number(fast.terms().get(term).value()))
                .as(fast.terms().get(term).name())
                .isCloseTo(number(slow.terms().get(term).value()), Offset.offset(1e-7));
          }
          List<double[]> byHand = gradients(model, fast);
          List<double[]> byTape = gradients(model, slow);
          for (int p = 0; p < byHand.size(); p++) {
            assertThat(Doubles.largestDifference(byHand.get(p), byTape.get(p)))
                .as(model.parameters().all().get(p).name())
                .isLessThan(1e-8);
          }
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  private static double number(Tensor tensor) {
    return tensor.item().toDouble();
  }

  private static List<double[]> gradients(Freedom model, Loss loss) {
    model.parameters().all().forEach(Parameter::clearGradient);
    loss.total().backward();
    List<double[]> gradients = new ArrayList<>();
    for (Parameter parameter : model.parameters().all()) {
      double[] gradient = Doubles.toArray(parameter.gradient());
      if (!parameter.name().endsWith("/bias")) { // which cancels in a difference of two items
        assertThat(Doubles.largestDifference(gradient, new double[gradient.length]))
            .as(parameter.name())
            .isPositive();
      }
      gradients.add(gradient);
    }
    model.parameters().all().forEach(Parameter::clearGradient);
    return gradients;
  }

  @Test
  @SuppressWarnings("unchecked") // its phase is on pairs
  void scoresUseAllEdgesWhateverTheEpochKept() {
    Dataset dataset = ContractData.of(2).dataset();
    Freedom.Config config = config(false, 0.8);
    try (Freedom model = new Freedom(config, ModelInput.of(dataset.trainingView(), new Seed(1)));
        LiteralFreedom literal =
            new LiteralFreedom(config, dataset.trainingView(), dataset.train(), Precision.FLOAT);
        Scope scope = Scope.open()) {
      ((Phase.Gradient<Batch.Pairs>) model.phases().get(0)).epochStart().prepare(1, EPOCH.stream());
      Tensor nodes = literal.represented(model.parameters().all().get(0).value().detach());
      Tensor expected = nodes.narrow(0, 0, 20).matmul(nodes.narrow(0, 20, 30).t());
      float[] scores = ModelContract.scores(model);
      double[] values = Doubles.toArray(expected);
      for (int k = 0; k < scores.length; k++) {
        assertThat((double) scores[k]).isCloseTo(values[k], Offset.offset(1e-6));
      }
    }
  }

  @Test
  void asManyNeighboursAsItemsAreRefused() {
    Dataset dataset = ContractData.of(1).dataset();
    long before = Scope.liveHandles();
    Freedom.Config config =
        new Freedom.Config(
            6,
            2,
            30,
            ModalityWeights.AUTO,
            0.5,
            1e-3,
            true,
            FeatureScaling.RAW,
            Optimization.COMMON);
    assertThatThrownBy(
            () -> new Freedom(config, ModelInput.of(dataset.trainingView(), new Seed(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected fewer than the 30 items, got 30");
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  @Test
  void scoringWithoutLayersChangesNoParameter() {
    Freedom.Config config =
        new Freedom.Config(
            6, 0, 3, ModalityWeights.AUTO, 0, 1e-3, true, FeatureScaling.RAW, Optimization.COMMON);
    try (Freedom model =
        new Freedom(
            config, ModelInput.of(ContractData.of(2).dataset().trainingView(), new Seed(1)))) {
      float[] before = Tensors.toFloats(model.parameters().all().get(0).value());
      Trainer.scorerOf(model).close();
      assertThat(Tensors.toFloats(model.parameters().all().get(0).value())).isEqualTo(before);
    }
  }
}
