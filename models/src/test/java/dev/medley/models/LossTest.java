package dev.medley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class LossTest {
  static {
    Engine.start(1);
  }

  @Test
  void totalIsTheWeightedSumOfItsTerms() {
    try (Scope scope = Scope.open()) {
      Tensor one = Tensors.of(new float[] {1, 2, 3}, 3);
      Loss loss =
          Loss.of("sum", one.sum()).plus("mean", -0.5, one.mean()).plus("off", 0, one.sum());
      assertThat(loss.total().item().toDouble()).isEqualTo(6 - 0.5 * 2);
      assertThat(loss.terms()).extracting(Loss.Term::name).containsExactly("sum", "mean", "off");
    }
  }

  @Test
  void aTermThatIsNoSingleNumberIsRefusedByName() {
    try (Scope scope = Scope.open()) {
      Tensor vector = Tensors.zeros(3);
      assertThatThrownBy(() -> Loss.of("bpr", vector))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("loss term bpr: expected a single number, got a tensor of 1 dimensions");
      assertThatThrownBy(() -> Loss.of("a", vector.sum()).plus("l2", 1, Tensors.zeros(1, 1)))
          .hasMessage("loss term l2: expected a single number, got a tensor of 2 dimensions");
    }
  }
}
