package dev.medley.bench;

import dev.medley.engine.Adam;
import dev.medley.engine.Scope;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.Phase;
import dev.medley.training.StepRule;
import java.util.function.Function;

/** Steps of a model's phase outside the loop. */
final class ModelStep implements AutoCloseable {
  private final Function<Batch.Pairs, Loss> loss;
  private final Adam adam;

  @SuppressWarnings("unchecked") // only phases on pairs are timed
  ModelStep(Phase.Gradient<?> phase) {
    this.loss = (Function<Batch.Pairs, Loss>) (Function<?, Loss>) phase.loss();
    this.adam = new Adam(phase.adam(), phase.parameters());
  }

  void step(Batch.Pairs batch) {
    try (Scope scope = Scope.open()) {
      StepRule.PLAIN.step(
          () -> loss.apply(batch), value -> value.total().item().toDouble(), adam, 1);
    }
  }

  @Override
  public void close() {
    adam.close();
  }
}
