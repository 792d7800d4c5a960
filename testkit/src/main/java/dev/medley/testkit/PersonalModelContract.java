package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.core.Scorer;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.training.StepRule;
import dev.medley.training.Trainer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a model that tells users apart must pass besides {@link ModelContract}. */
public abstract class PersonalModelContract extends ModelContract {

  /** Short training: held-out items are drawn as negatives too, and would be learned by heart. */
  @Test
  void heldOutItemsOfTheOwnGroupRankAboveTheOtherGroup() throws IOException {
    for (int modalities = modalitiesNeeded(); modalities <= MOST_MODALITIES; modalities++) {
      for (Checkerboard board :
          List.of(Checkerboard.of(modalities), Checkerboard.of(modalities).withMissingRow())) {
        Dataset dataset = board.dataset();
        Optimization optimization = new Optimization(0.02, 64, 20, 1, 21);
        try (Model model = create(ModelInput.of(dataset.trainingView(), SEED), optimization)) {
          train(model, dataset, StepRule.PLAIN);
          try (Scorer scorer = Trainer.scorerOf(model)) {
            assertThat(Checkerboard.rightOrder(scorer, dataset.test()))
                .as("right order with %d modalities", modalities)
                .isGreaterThan(0.95);
          }
        }
      }
    }
  }
}
