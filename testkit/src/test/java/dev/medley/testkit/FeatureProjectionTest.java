package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.DenseFeatures;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.blocks.FeatureProjection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FeatureProjectionTest {
  private static final int ITEMS = 9;
  private static final int DIM = 3;

  static {
    Engine.start(1);
  }

  private static DenseFeatures features() {
    float[][] rows = new float[ITEMS][5];
    RandomStream random = new Seed(4).stream();
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    return DenseFeatures.of("image", rows);
  }

  /** A projection beside its literal form: the same leaves, one gradient by hand, one by tape. */
  private static final class Pair implements AutoCloseable {
    final Parameters parameters = Parameters.from(new Seed(1), Precision.DOUBLE);
    final Parameters literal = Parameters.from(new Seed(1), Precision.DOUBLE);
    final FeatureProjection projection;
    private final FeatureProjection twin;
    private final boolean freeze;

    Pair(boolean freeze) {
      this.freeze = freeze;
      this.projection =
          FeatureProjection.of(
              features(), DIM, freeze, parameters, FeatureProjection.Layer.UNIFORM);
      this.twin =
          FeatureProjection.of(features(), DIM, freeze, literal, FeatureProjection.Layer.UNIFORM);
    }

    Tensor literal(int[] items) {
      Map<String, Tensor> leaves = literal.tensors();
      Tensor x =
          freeze ? parameters.typed(FeatureTensors.of(features())) : leaf(leaves, "features/image");
      return LiteralFeatureProjection.of(
          x, leaf(leaves, "projection/image/weight"), leaf(leaves, "projection/image/bias"), items);
    }

    private static Tensor leaf(Map<String, Tensor> leaves, String name) {
      return Objects.requireNonNull(leaves.get(name), name);
    }

    /** One step of each: the same function of projections, backward, gradients compared. */
    void mustAgree(Function<Function<int[], Tensor>, Tensor> function) {
      try (Scope scope = Scope.open()) {
        parameters.all().forEach(Parameter::clearGradient);
        literal.all().forEach(Parameter::clearGradient);
        Tensor byHand = function.apply(projection::of);
        Tensor byTape = function.apply(this::literal);
        assertThat(byHand.item().toDouble())
            .isCloseTo(byTape.item().toDouble(), Offset.offset(1e-12));
        byHand.backward();
        byTape.backward();
        assertThat(largestDifferences())
            .allSatisfy((name, difference) -> assertThat(difference).as(name).isLessThan(1e-12));
      }
    }

    private Map<String, Double> largestDifferences() {
      Map<String, Double> differences = new LinkedHashMap<>();
      for (int p = 0; p < parameters.all().size(); p++) {
        Parameter byHand = parameters.all().get(p);
        Parameter byTape = literal.all().get(p);
        differences.put(
            byHand.name(),
            Doubles.largestDifference(
                Doubles.toArray(byHand.gradient()), Doubles.toArray(byTape.gradient())));
      }
      assertThat(differences).hasSize(freeze ? 2 : 3);
      return differences;
    }

    @Override
    public void close() {
      projection.close();
      twin.close();
      parameters.close();
      literal.close();
    }
  }

  private static Tensor squares(Tensor z) {
    return z.mul(z).sum();
  }

  @Test
  void gradientEqualsTheTapesWithRepeatsInTheBatch() {
    for (boolean freeze : new boolean[] {true, false}) {
      try (Pair pair = new Pair(freeze)) {
        pair.mustAgree(project -> squares(project.apply(new int[] {4, 1, 4, 4, 8, 0})));
      }
    }
  }

  @Test
  void twoProjectionsBeforeOneBackwardKeepTheirOwnRows() {
    for (boolean freeze : new boolean[] {true, false}) {
      try (Pair pair = new Pair(freeze)) {
        pair.mustAgree(
            project -> {
              Tensor first = project.apply(new int[] {4, 1, 5});
              Tensor second = project.apply(new int[] {8, 1, 2});
              Tensor larger = project.apply(new int[] {0, 1, 2, 3, 4, 5, 6});
              return squares(first)
                  .add(squares(second))
                  .add(first.mul(second).sum())
                  .add(squares(larger));
            });
      }
    }
  }

  @Test
  void aStepSeesNothingOfTheOneBefore() {
    for (boolean freeze : new boolean[] {true, false}) {
      try (Pair pair = new Pair(freeze)) {
        pair.mustAgree(project -> squares(project.apply(new int[] {0, 1, 2, 3})));
        pair.mustAgree(project -> squares(project.apply(new int[] {3, 7})));
        pair.mustAgree(project -> squares(project.apply(new int[] {5, 6, 7, 8, 0})));
      }
    }
  }

  @Test
  void twoBackwardPassesInOneStepAddUp() {
    try (Pair pair = new Pair(false);
        Scope scope = Scope.open()) {
      squares(pair.projection.of(new int[] {0, 1})).backward();
      squares(pair.projection.of(new int[] {1, 2})).backward();
      squares(pair.literal(new int[] {0, 1})).backward();
      squares(pair.literal(new int[] {1, 2})).backward();
      assertThat(pair.largestDifferences().values())
          .allSatisfy(difference -> assertThat(difference).isLessThan(1e-12));
    }
  }

  @Test
  void projectionOfAllItemsHasTheRowsOfTheProjectionOfEach() {
    try (Pair pair = new Pair(true);
        Scope scope = Scope.open()) {
      int[] everyone = {0, 1, 2, 3, 4, 5, 6, 7, 8};
      assertThat(Doubles.toArray(pair.projection.all()))
          .isEqualTo(Doubles.toArray(pair.projection.of(everyone)));
    }
  }

  @Test
  void manyStepsHoldNoMoreThanOne() {
    try (Pair pair = new Pair(false)) {
      List<Long> held = new ArrayList<>();
      for (int step = 0; step < 5; step++) {
        pair.mustAgree(project -> squares(project.apply(new int[] {4, 1, 5})));
        held.add(Scope.liveHandles());
      }
      assertThat(held).containsOnly(held.get(0));
    }
  }
}
