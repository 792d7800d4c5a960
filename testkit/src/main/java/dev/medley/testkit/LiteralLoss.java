package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.engine.Parameter;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.Model;
import dev.medley.models.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;

/** Compares a model's loss with its literal form: every term, and the gradient of their sum. */
public final class LiteralLoss {
  private static final double TOLERANCE = 1e-8;

  private LiteralLoss() {}

  /**
   * A batch of two interactions of each user, among whose negatives is the item that may lack a
   * modality.
   */
  public static Batch.Pairs batch(Dataset dataset) {
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

  /**
   * Fails unless both give the same names, weights, values and gradients on {@link #batch}.
   *
   * @param model of one phase on pairs, in float64
   * @param literal of the model's own parameters
   */
  @SuppressWarnings("unchecked") // its phase is on pairs
  public static void mustEqual(Model model, Dataset dataset, Function<Batch.Pairs, Loss> literal) {
    Phase.Gradient<Batch.Pairs> phase = (Phase.Gradient<Batch.Pairs>) model.phases().get(0);
    Loss fast = phase.loss().apply(batch(dataset));
    Loss slow = literal.apply(batch(dataset));
    assertThat(fast.terms().stream().map(Loss.Term::name)).isEqualTo(phase.terms());
    assertThat(fast.terms()).hasSameSizeAs(slow.terms());
    for (int term = 0; term < fast.terms().size(); term++) {
      Loss.Term one = fast.terms().get(term);
      Loss.Term other = slow.terms().get(term);
      assertThat(one.name()).isEqualTo(other.name());
      assertThat(one.weight()).isEqualTo(other.weight());
      assertThat(one.value().item().toDouble())
          .as(one.name())
          .isCloseTo(other.value().item().toDouble(), Offset.offset(TOLERANCE));
    }
    List<double[]> ofFast = gradients(model, fast);
    List<double[]> ofSlow = gradients(model, slow);
    for (int p = 0; p < ofFast.size(); p++) {
      assertThat(Doubles.largestDifference(ofFast.get(p), ofSlow.get(p)))
          .as(model.parameters().all().get(p).name())
          .isLessThan(TOLERANCE);
    }
  }

  /**
   * What a term should be.
   *
   * @param value before the weight
   */
  record Expected(String name, double weight, double value) {}

  /**
   * Fails unless a loss has these terms and their weighted sum, values to 1e-9 of their size.
   *
   * @param loss in float64
   */
  static void mustEqual(Loss loss, List<Expected> expected) {
    assertThat(loss.terms().stream().map(Loss.Term::name))
        .isEqualTo(expected.stream().map(Expected::name).toList());
    double total = 0;
    for (int term = 0; term < expected.size(); term++) {
      Expected each = expected.get(term);
      Loss.Term found = loss.terms().get(term);
      assertThat(found.weight()).as(each.name()).isCloseTo(each.weight(), Offset.offset(1e-12));
      mustEqual(each.name(), found.value(), each.value());
      total += each.weight() * each.value();
    }
    mustEqual("total", loss.total(), total);
  }

  private static void mustEqual(String what, Tensor found, double expected) {
    assertThat(found.item().toDouble())
        .as(what)
        .isCloseTo(expected, Offset.offset(1e-9 * Math.abs(expected)));
  }

  private static List<double[]> gradients(Model model, Loss loss) {
    model.parameters().all().forEach(Parameter::clearGradient);
    loss.total().backward();
    List<double[]> gradients = new ArrayList<>();
    for (Parameter parameter : model.parameters().all()) {
      assertThat(parameter.gradient().defined()).as(parameter.name()).isTrue();
      double[] gradient = Doubles.toArray(parameter.gradient());
      assertThat(Doubles.largestDifference(gradient, new double[gradient.length]))
          .as(parameter.name())
          .isPositive();
      gradients.add(gradient);
    }
    model.parameters().all().forEach(Parameter::clearGradient);
    return gradients;
  }
}
