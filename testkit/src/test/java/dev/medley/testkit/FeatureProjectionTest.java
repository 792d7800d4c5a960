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
import dev.medley.engine.Tensors;
import dev.medley.models.blocks.FeatureProjection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      List<Parameter> leaves = literal.all(); // W, b, x
      Tensor x = freeze ? parameters.typed(FeatureTensors.of(features())) : leaves.get(2).value();
      return LiteralFeatureProjection.of(x, leaves.get(0).value(), leaves.get(1).value(), items);
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

  /** W (0) and x (2) of one side of a pair, used without the projection. */
  private static Tensor direct(Parameters parameters, double factor) {
    return squares(parameters.all().get(2).value())
        .add(squares(parameters.all().get(0).value()))
        .mul(Tensors.scalar(factor));
  }

  /** Backward passes in this order: p through a projection, t through the tape. */
  private static void steps(Pair pair, String order) {
    try (Scope scope = Scope.open()) {
      pair.parameters.all().forEach(Parameter::clearGradient);
      pair.literal.all().forEach(Parameter::clearGradient);
      for (int k = 0; k < order.length(); k++) {
        int[] items = {(3 * k) % ITEMS, (3 * k + 1) % ITEMS};
        if (order.charAt(k) == 'p') {
          squares(pair.projection.of(items)).backward();
          squares(pair.literal(items)).backward();
        } else {
          direct(pair.parameters, k + 1).backward();
          direct(pair.literal, k + 1).backward();
        }
      }
      assertThat(pair.largestDifferences())
          .allSatisfy((name, difference) -> assertThat(difference).as(name).isLessThan(1e-12));
    }
  }

  @Test
  void gradientsOfOtherTermsAddUpInAnyOrderAndLeaveNothingForTheNextStep() {
    try (Pair pair = new Pair(false)) {
      for (String order :
          List.of("p", "tp", "p", "pt", "p", "ptp", "pp", "tptp", "ptpp", "p", "pptt", "p")) {
        steps(pair, order);
      }
    }
  }

  @Test
  void aTermOnTheFeaturesThemselvesInTheSameLossAddsUpOnEitherSide() {
    for (boolean first : new boolean[] {true, false}) {
      try (Pair pair = new Pair(false)) {
        for (int step = 0; step < 3; step++) {
          int[] items = {step, step + 2, step + 5};
          try (Scope scope = Scope.open()) {
            pair.parameters.all().forEach(Parameter::clearGradient);
            pair.literal.all().forEach(Parameter::clearGradient);
            Tensor early = direct(pair.parameters, 3);
            Tensor projected = squares(pair.projection.of(items));
            Tensor late = direct(pair.parameters, 3);
            projected.add(first ? early : late).backward();
            squares(pair.literal(items)).add(direct(pair.literal, 3)).backward();
            assertThat(pair.largestDifferences())
                .allSatisfy(
                    (name, difference) -> assertThat(difference).as(name).isLessThan(1e-12));
          }
          pair.mustAgree(project -> squares(project.apply(new int[] {7, 8})));
        }
      }
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
