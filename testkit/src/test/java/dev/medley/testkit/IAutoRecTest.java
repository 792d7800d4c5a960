package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.AutoencoderSettings;
import dev.medley.models.Batch;
import dev.medley.models.IAutoRec;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.blocks.ItemAutoencoder;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.RatingRows;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** I-AutoRec against its literal form. */
class IAutoRecTest {

  static {
    Engine.start(1);
  }

  private static final Interactions TRAIN = ContractData.of(0).dataset().train();

  private static AutoencoderSettings settings(
      ItemAutoencoder.Activation activation, RatingRows.Scaling scaling, double dropout) {
    return new AutoencoderSettings(
        new ItemAutoencoder.Form(6, 1, activation, KernelWeights.Kernel.NONE),
        scaling,
        dropout,
        0.2,
        0.03,
        0);
  }

  private static IAutoRec model(AutoencoderSettings settings) {
    IAutoRec model =
        new IAutoRec(
            new IAutoRec.Config(settings, new Optimization(0.01, 64, 3, 1, 10)),
            ModelInput.of(new TrainingView(TRAIN, List.of()), new Seed(1)).with(Precision.DOUBLE));
    PlainRows.redraw(model.parameters(), new Seed(2));
    return model;
  }

  @Test
  void scoresAreTheReconstructionOfWholeRows() {
    for (ItemAutoencoder.Activation activation : ItemAutoencoder.Activation.values()) {
      for (RatingRows.Scaling scaling : RatingRows.Scaling.values()) {
        AutoencoderSettings settings = settings(activation, scaling, 0.5);
        try (IAutoRec model = model(settings);
            Scope scope = Scope.open()) {
          LiteralItemAutoencoder literal =
              new LiteralItemAutoencoder(settings, TRAIN, model.parameters());
          double[][] expected = literal.reconstruction(literal.input()); // I × U
          float[] scores = ModelContract.scores(model); // U × I
          for (int k = 0; k < scores.length; k++) {
            assertThat((double) scores[k])
                .as("%s %s", activation, scaling)
                .isCloseTo(expected[k % TRAIN.items()][k / TRAIN.items()], Offset.offset(1e-6));
          }
        }
      }
    }
  }

  @Test
  void everyTermOfTheLossIsThatOfTheLiteralForm() {
    int[] all = IntStream.range(0, TRAIN.items()).toArray();
    for (ItemAutoencoder.Activation activation : ItemAutoencoder.Activation.values()) {
      for (RatingRows.Scaling scaling : RatingRows.Scaling.values()) {
        AutoencoderSettings settings = settings(activation, scaling, 0);
        try (IAutoRec model = model(settings);
            Scope scope = Scope.open()) {
          LiteralItemAutoencoder literal =
              new LiteralItemAutoencoder(settings, TRAIN, model.parameters());
          double[][] reconstruction = literal.reconstruction(literal.input());
          for (int[] items : List.of(all, new int[] {7, 0, 29, 3})) {
            LiteralLoss.mustEqual(
                phase(model).loss().apply(new Batch.ItemRows(items)),
                List.of(
                    new LiteralLoss.Expected("mse", 1, literal.error(items, reconstruction)),
                    new LiteralLoss.Expected("l2", 0.03, literal.penalty())));
          }
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // its phase is on rows of items
  private static Phase.Gradient<Batch.ItemRows> phase(IAutoRec model) {
    return (Phase.Gradient<Batch.ItemRows>) model.phases().get(0);
  }
}
