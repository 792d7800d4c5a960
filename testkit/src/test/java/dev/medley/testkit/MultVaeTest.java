package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.ModelInput;
import dev.medley.models.MultVae;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Mult-VAE against its literal form. */
class MultVaeTest {

  static {
    Engine.start(1);
  }

  private static final int DIM = 3;
  private static final Interactions TRAIN = UnevenUsers.train();

  private static MultVae model(double inputDropout) {
    MultVae model =
        new MultVae(
            new MultVae.Config(
                DIM, 5, inputDropout, 0.4, 0, 0.03, new Optimization(0.01, 64, 10, 1, 20)),
            ModelInput.of(new TrainingView(TRAIN, List.of()), new Seed(1)).with(Precision.DOUBLE));
    PlainRows.redraw(model.parameters(), new Seed(2));
    return model;
  }

  @Test
  void scoresAreTheLogitsAtTheMeansOfWholeRows() {
    try (MultVae model = model(0.5);
        Scope scope = Scope.open()) {
      double[][] expected =
          new LiteralMultVae(DIM, TRAIN, model.parameters())
              .atMeans(IntStream.range(0, TRAIN.users()).toArray())
              .logits();
      float[] scores = ModelContract.scores(model);
      for (int k = 0; k < scores.length; k++) {
        assertThat((double) scores[k])
            .isCloseTo(expected[k / TRAIN.items()][k % TRAIN.items()], Offset.offset(1e-6));
      }
    }
  }

  /** The entries to keep are drawn first, then ε; from the same generator as the model's. */
  @Test
  void everyTermOfTheLossIsThatOfTheLiteralFormWithTheSameDraws() {
    int[] users = {5, 0, 3, 6};
    int entries = IntStream.of(users).map(TRAIN::count).sum();
    for (double dropout : new double[] {0, 0.5}) {
      try (MultVae model = model(dropout);
          Scope scope = Scope.open()) {
        torch.manual_seed(7);
        double[] kept = UnevenUsers.kept(entries, dropout);
        double[][] noise = UnevenUsers.normal(users.length, DIM);
        LiteralMultVae literal = new LiteralMultVae(DIM, TRAIN, model.parameters());
        LiteralMultVae.Bound bound = literal.bound(users, kept, noise);
        torch.manual_seed(7);
        LiteralLoss.mustEqual(
            phase(model).loss().apply(new Batch.UserRows(users)),
            List.of(
                new LiteralLoss.Expected("nll", 1, bound.likelihood()),
                new LiteralLoss.Expected("kl", 0.4, bound.divergence()),
                new LiteralLoss.Expected("l2", 0.03, literal.penalty())));
        assertThat(bound.likelihood()) // or the draws were not seen
            .isNotCloseTo(literal.atMeans(users).likelihood(), Offset.offset(1e-3));
      }
    }
  }

  @SuppressWarnings("unchecked") // its phase is on rows of users
  private static Phase.Gradient<Batch.UserRows> phase(MultVae model) {
    return (Phase.Gradient<Batch.UserRows>) model.phases().get(0);
  }
}
