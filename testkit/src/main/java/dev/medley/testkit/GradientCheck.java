package dev.medley.testkit;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.engine.Parameter;
import dev.medley.engine.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Compares the gradient that a backward pass gives with differences of the function itself, in
 * float64: (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h.
 *
 * <p>For a function of order 1 rounding leaves about 1e-12 in such a difference; a wrong sign, a
 * wrong factor or a missing term leaves a large part of the gradient.
 */
public final class GradientCheck {
  private static final double STEP = 1e-4;
  private static final double FLOOR = 1e-3;
  private static final double SMALLEST = 1e-6;

  /**
   * The entry where the two disagree most.
   *
   * @param difference |tape − measured|, divided by the larger of both, which counts as at least a
   *     thousandth of the tensor's largest gradient, and as at least 1e-6
   * @param tensor its name
   * @param entry its place, row by row
   * @param tape what backward gave
   * @param measured what the differences gave
   */
  public record Worst(double difference, String tensor, int entry, double tape, double measured) {}

  private GradientCheck() {}

  /**
   * Checks every entry of every input.
   *
   * @param function of leaf tensors with the values of {@code inputs}; gives a single number
   * @param inputs float64
   */
  public static Worst of(Function<List<Tensor>, Tensor> function, Tensor... inputs) {
    try (Scope scope = Scope.open()) {
      List<Parameter> leaves = new ArrayList<>();
      for (Tensor input : inputs) {
        Tensor leaf = input.detach().clone();
        leaf.set_requires_grad(true);
        leaves.add(new Parameter("input " + leaves.size(), leaf));
      }
      List<Tensor> values = leaves.stream().map(Parameter::value).toList();
      return of(() -> function.apply(values), leaves, Integer.MAX_VALUE, new Seed(0));
    }
  }

  /**
   * Checks some entries of each parameter. The parameters end where they were, without gradients.
   *
   * @param function of the parameters as they are; gives a single number, the same one when nothing
   *     changed
   * @param parameters float64
   * @param entries at most so many of each, drawn by {@code seed}; half of them where the gradient
   *     is not zero, as far as there are such
   */
  public static Worst of(
      Supplier<Tensor> function, List<Parameter> parameters, int entries, Seed seed) {
    RandomStream random = seed.stream();
    List<double[]> tapes = backward(function, parameters);
    Worst worst = new Worst(0, "none", 0, 0, 0);
    for (int p = 0; p < parameters.size(); p++) {
      double[] tape = tapes.get(p);
      double floor = SMALLEST;
      for (double value : tape) {
        floor = Math.max(floor, FLOOR * Math.abs(value));
      }
      for (int entry : chosen(tape, entries, random)) {
        double measured = difference(function, parameters.get(p).value(), entry);
        double scale = Math.max(floor, Math.max(Math.abs(tape[entry]), Math.abs(measured)));
        double difference = Math.abs(tape[entry] - measured) / scale;
        if (!(difference <= worst.difference())) {
          worst = new Worst(difference, parameters.get(p).name(), entry, tape[entry], measured);
        }
      }
    }
    return worst;
  }

  private static List<double[]> backward(Supplier<Tensor> function, List<Parameter> parameters) {
    List<double[]> gradients = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      parameters.forEach(Parameter::clearGradient);
      Tensor value = function.get();
      if (value.requires_grad()) {
        value.backward();
      }
      for (Parameter parameter : parameters) {
        gradients.add(
            parameter.gradient().defined()
                ? Doubles.toArray(parameter.gradient())
                : new double[Math.toIntExact(parameter.count())]);
        parameter.clearGradient();
      }
    }
    return gradients;
  }

  private static int[] chosen(double[] gradient, int entries, RandomStream random) {
    int[] order = new int[gradient.length];
    for (int k = 0; k < order.length; k++) {
      order[k] = k;
    }
    if (entries >= order.length) {
      return order;
    }
    random.shuffle(order);
    int[] chosen = new int[entries];
    int count = 0;
    for (int k = 0; k < order.length && count < entries / 2; k++) {
      if (gradient[order[k]] != 0) {
        chosen[count++] = order[k];
      }
    }
    for (int k = 0; count < entries; k++) {
      chosen[count++] = order[k];
    }
    return chosen;
  }

  private static double difference(Supplier<Tensor> function, Tensor at, int entry) {
    try (Scope scope = Scope.open()) {
      DoublePointer memory = Doubles.memory(at);
      double value = memory.get(entry);
      double step = STEP * Math.max(1, Math.abs(value));
      try {
        double near = at(function, memory, entry, value + step, value - step);
        double far = at(function, memory, entry, value + 2 * step, value - 2 * step);
        return (8 * near - far) / (12 * step);
      } finally {
        memory.put(entry, value);
      }
    }
  }

  private static double at(
      Supplier<Tensor> function, DoublePointer memory, int entry, double above, double below) {
    memory.put(entry, above);
    double upper = number(function);
    memory.put(entry, below);
    return upper - number(function);
  }

  private static double number(Supplier<Tensor> function) {
    try (Scope scope = Scope.open()) {
      return function.get().item().toDouble();
    }
  }
}
