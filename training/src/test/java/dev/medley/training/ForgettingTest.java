package dev.medley.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.ModalEmbedding;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ForgettingTest {
  private static final int ITEMS = 200;
  private static final int DIM = 6;

  static {
    Engine.start(1);
  }

  private static float[] values(long seed) {
    RandomStream random = new Seed(seed).stream();
    float[] values = new float[ITEMS * DIM];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[][] rows(float[] values) {
    float[][] rows = new float[ITEMS][];
    for (int row = 0; row < ITEMS; row++) {
      rows[row] = Arrays.copyOfRange(values, row * DIM, (row + 1) * DIM);
    }
    return rows;
  }

  private static double forgotten(
      float[] features, boolean learnable, UnaryOperator<float[]> learned) {
    FeatureMatrix original = DenseFeatures.of("image", rows(features));
    float[] now = learned.apply(features.clone());
    ModalEmbedding embedding =
        new ModalEmbedding(original, learnable, () -> Tensors.of(now, ITEMS, DIM));
    long before = Scope.liveHandles();
    Map<String, Double> columns = new Forgetting().of(List.of(embedding));
    assertThat(Scope.liveHandles()).isEqualTo(before);
    assertThat(columns).containsOnlyKeys("forgetting-image");
    return columns.values().iterator().next();
  }

  @Test
  void whatStaysAsItWasIsNotForgotten() {
    assertThat(forgotten(values(1), true, x -> x)).isCloseTo(0, within(1e-9));
    assertThat(forgotten(values(1), false, x -> x)).isCloseTo(0, within(1e-6));
  }

  @Test
  void learnableFeaturesAreComparedByTheirDirection() {
    UnaryOperator<float[]> longer =
        x -> {
          for (int k = 0; k < x.length; k++) {
            x[k] *= 3;
          }
          return x;
        };
    UnaryOperator<float[]> firstHalfTurnedRound =
        x -> {
          for (int k = 0; k < x.length / 2; k++) {
            x[k] = -x[k];
          }
          return x;
        };
    assertThat(forgotten(values(1), true, longer)).isCloseTo(0, within(1e-9));
    assertThat(forgotten(values(1), true, firstHalfTurnedRound)).isCloseTo(1, within(1e-9));
  }

  @Test
  void missingRowsDoNotCount() {
    float[] features = values(1);
    for (int k = 0; k < ITEMS * DIM / 2; k++) {
      features[k] = Float.NaN;
    }
    UnaryOperator<float[]> secondHalfTurnedRound =
        x -> {
          for (int k = 0; k < x.length; k++) {
            x[k] = k < x.length / 2 ? 1 : -x[k];
          }
          return x;
        };
    assertThat(forgotten(features, true, secondHalfTurnedRound)).isCloseTo(2, within(1e-9));
    assertThat(forgotten(features, false, secondHalfTurnedRound)).isCloseTo(0, within(1e-6));
  }

  @Test
  void embeddingsAreComparedByTheirSimilaritiesNotByTheirAxes() {
    UnaryOperator<float[]> otherAxes =
        x -> {
          float[] moved = new float[x.length];
          for (int row = 0; row < ITEMS; row++) {
            for (int column = 0; column < DIM; column++) {
              moved[row * DIM + (column + 1) % DIM] = -x[row * DIM + column];
            }
          }
          return moved;
        };
    assertThat(forgotten(values(1), false, otherAxes)).isCloseTo(0, within(1e-6));
    assertThat(forgotten(values(1), false, x -> values(2))).isBetween(0.95, 1.05);
  }
}
