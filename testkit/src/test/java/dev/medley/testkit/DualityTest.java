package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.Duality;
import dev.medley.models.Freedom;
import dev.medley.models.Loss;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.Vbpr;
import dev.medley.models.blocks.Alignment;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.ModalityWeights;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What alignment and similarity signal add to models that were published without them. */
class DualityTest {

  static {
    Engine.start(1);
  }

  private static List<Duality> dualities() {
    List<Duality> all = new ArrayList<>();
    for (Alignment.Form form : Alignment.Form.values()) {
      all.add(new Duality(new Alignment(form, 0.3), 0.4, 0.5, 0.6));
    }
    return all;
  }

  /** One whose batch holds, as a positive, the item that lacks the first modality. */
  private static Dataset dataset(int modalities) {
    Dataset dataset = ContractData.of(modalities).withMissingRow().dataset();
    assertThat(LiteralLoss.batch(dataset).positives()).contains(ContractData.INCOMPLETE_ITEM);
    return dataset;
  }

  private static ModelInput input(TrainingView data) {
    return ModelInput.of(data, new Seed(1)).with(Precision.DOUBLE);
  }

  @SuppressWarnings("unchecked") // its phase is on pairs
  private static void everyTermIsAbove0(Model model, Dataset dataset) {
    Phase.Gradient<Batch.Pairs> phase = (Phase.Gradient<Batch.Pairs>) model.phases().get(0);
    assertThat(phase.terms()).endsWith("intra", "inter", "s3");
    for (Loss.Term term : phase.loss().apply(LiteralLoss.batch(dataset)).terms()) {
      assertThat(term.value().item().toDouble()).as(term.name()).isGreaterThan(1e-3);
    }
  }

  @Test
  void theTermsOfVbprAndTheirGradientsAreThoseOfTheLiteralForm() {
    long start = Scope.liveHandles();
    for (Duality duality : dualities()) {
      for (int modalities = 1; modalities <= 3; modalities++) {
        Dataset dataset = dataset(modalities);
        TrainingView data = dataset.trainingView();
        Bpr.L2Form form = modalities == 2 ? Bpr.L2Form.SQUARED : Bpr.L2Form.NORM;
        Vbpr.Config config =
            new Vbpr.Config(6, 0.1, form, FeatureScaling.ZSCORE, duality, Optimization.COMMON);
        try (Vbpr model = new Vbpr(config, input(data));
            Scope scope = Scope.open()) {
          everyTermIsAbove0(model, dataset);
          LiteralLoss.mustEqual(
              model,
              dataset,
              batch -> LiteralVbpr.loss(config, data, model.parameters().tensors(), batch));
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  @Test
  void theTermsOfFreedomAndTheirGradientsAreThoseOfTheLiteralForm() {
    long start = Scope.liveHandles();
    for (Duality duality : dualities()) {
      for (int modalities = 1; modalities <= 3; modalities++) {
        Dataset dataset = dataset(modalities);
        TrainingView data = dataset.trainingView();
        Interactions all = dataset.train();
        Freedom.Config config =
            new Freedom.Config(
                6,
                2,
                4,
                ModalityWeights.AUTO,
                0,
                1e-3,
                modalities == 2, // frozen features
                FeatureScaling.ZSCORE,
                duality,
                Optimization.COMMON);
        try (Freedom model = new Freedom(config, input(data));
            LiteralFreedom literal = new LiteralFreedom(config, data, all, Precision.DOUBLE);
            Scope scope = Scope.open()) {
          everyTermIsAbove0(model, dataset);
          LiteralLoss.mustEqual(
              model, dataset, batch -> literal.loss(model.parameters().tensors(), batch));
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }
}
