package dev.medley.engine;

import static java.util.stream.Collectors.joining;

import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * The parameters of one model in the order of their making. Each draws its start from a random
 * stream of its own name, so that leaving one out shifts no other. Owns them until closed.
 */
public final class Parameters implements AutoCloseable {
  private final Seed seed;
  private final Precision precision;
  private final List<Parameter> all = new ArrayList<>();

  private Parameters(Seed seed, Precision precision) {
    this.seed = seed;
    this.precision = precision;
  }

  /** No parameters yet, of float32. */
  public static Parameters from(Seed seed) {
    return from(seed, Precision.FLOAT);
  }

  /**
   * No parameters yet, of the given number type. Their start is drawn in float32 whatever it is, so
   * that both begin at the same numbers.
   */
  public static Parameters from(Seed seed, Precision precision) {
    return new Parameters(seed, precision);
  }

  /** Xavier uniform: U(±√(6 / (rows + columns))) (glorot2010understanding, eq. 16). */
  public Parameter xavierUniform(String name, int rows, int columns) {
    return uniform(name, Math.sqrt(6.0 / (rows + columns)), rows, columns);
  }

  /**
   * A table of users followed by items, Xavier uniform in each part, with a stream of its own for
   * each: U(±√(6 / (users + columns))) and U(±√(6 / (items + columns))).
   */
  public Parameter xavierUniformNodes(String name, int users, int items, int columns) {
    float[] values = new float[count(name, (long) users + items, columns)];
    fillUniform(values, 0, users * columns, Math.sqrt(6.0 / (users + columns)), name + "/users");
    fillUniform(
        values,
        users * columns,
        values.length,
        Math.sqrt(6.0 / (items + columns)),
        name + "/items");
    return add(name, values, users + items, columns);
  }

  /** Xavier normal: standard deviation √(2 / (rows + columns)) (glorot2010understanding). */
  public Parameter xavierNormal(String name, int rows, int columns) {
    float[] values = new float[count(name, rows, columns)];
    fillNormal(values, 0, values.length, Math.sqrt(2.0 / (rows + columns)), name);
    return add(name, values, rows, columns);
  }

  /** A table of users followed by items, Xavier normal in each part, each with its own stream. */
  public Parameter xavierNormalNodes(String name, int users, int items, int columns) {
    float[] values = new float[count(name, (long) users + items, columns)];
    fillNormal(values, 0, users * columns, Math.sqrt(2.0 / (users + columns)), name + "/users");
    fillNormal(
        values,
        users * columns,
        values.length,
        Math.sqrt(2.0 / (items + columns)),
        name + "/items");
    return add(name, values, users + items, columns);
  }

  /** U(±bound). A linear layer's weight and bias take bound 1 / √(inputs). */
  public Parameter uniform(String name, double bound, long... shape) {
    float[] values = new float[count(name, shape)];
    fillUniform(values, 0, values.length, bound, name);
    return add(name, values, shape);
  }

  /**
   * Refuses a parameter that would hold more than 2^31 − 1 numbers, before anything is made.
   *
   * @throws InvalidInputException naming the parameter and its shape
   */
  public static void checkSize(String name, long... shape) {
    double numbers = 1;
    for (long size : shape) {
      numbers *= size;
    }
    if (numbers > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "parameter %s: expected at most %d numbers, got %s of them; choose a smaller dim"
              .formatted(
                  name,
                  Integer.MAX_VALUE,
                  Arrays.stream(shape).mapToObj(Long::toString).collect(joining(" × "))));
    }
  }

  private static int count(String name, long... shape) {
    checkSize(name, shape);
    return (int) Arrays.stream(shape).reduce(1, (product, size) -> product * size);
  }

  private void fillNormal(float[] values, int from, int to, double deviation, String stream) {
    RandomStream random = seed.child(stream).stream();
    for (int k = from; k < to; k++) {
      values[k] = (float) (deviation * random.nextGaussian());
    }
  }

  private void fillUniform(float[] values, int from, int to, double bound, String stream) {
    RandomStream random = seed.child(stream).stream();
    for (int k = from; k < to; k++) {
      values[k] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
  }

  /** All zeros. */
  public Parameter zeros(String name, long... shape) {
    try (Scope scope = Scope.open()) {
      return own(scope, name, Tensors.zeros(shape));
    }
  }

  /** Starts as {@code start} itself, which is not copied. */
  public Parameter take(String name, Tensor start) {
    try (Scope scope = Scope.open()) {
      return own(scope, name, start);
    }
  }

  /** A tensor in the number type of these parameters with uninitialised content. */
  public Tensor empty(long... shape) {
    return Tensors.placed(torch.empty(shape, new TensorOptions(precision.type()), null));
  }

  /** Their number type. */
  public Precision precision() {
    return precision;
  }

  /** {@code tensor} in the number type of these parameters. */
  public Tensor typed(Tensor tensor) {
    return Tensors.typeOf(tensor) == precision.type() ? tensor : tensor.to(precision.type());
  }

  private Parameter add(String name, float[] values, long... shape) {
    try (Scope scope = Scope.open()) {
      return own(scope, name, Tensors.of(values, shape));
    }
  }

  private Parameter own(Scope scope, String name, Tensor start) {
    for (Parameter parameter : all) {
      if (parameter.name().equals(name)) {
        throw new IllegalArgumentException("parameter '" + name + "' exists already");
      }
    }
    Tensor value = typed(start);
    value.set_requires_grad(true);
    Parameter parameter = new Parameter(name, scope.release(value));
    all.add(parameter);
    return parameter;
  }

  /**
   * Gives the parameter {@code name} other numbers.
   *
   * @param numbers as many as it has, row by row
   */
  public void set(String name, float[] numbers) {
    try (Scope scope = Scope.open()) {
      for (Parameter parameter : all) {
        if (parameter.name().equals(name)) {
          Tensor value = parameter.value();
          Tensor start = typed(Tensors.of(numbers, numbers.length));
          NoGradient.run(() -> value.view(-1).copy_(start));
          return;
        }
      }
    }
    throw new IllegalArgumentException("parameter '" + name + "' does not exist");
  }

  /**
   * Takes the values of other parameters of the same names and shapes.
   *
   * @throws IllegalArgumentException if they have others
   */
  public void copyFrom(Parameters others) {
    Map<String, Tensor> values = others.tensors();
    if (!values.keySet().equals(tensors().keySet())) {
      throw new IllegalArgumentException(
          "parameters to copy: expected %s, got %s".formatted(tensors().keySet(), values.keySet()));
    }
    try (Scope scope = Scope.open()) {
      for (Parameter parameter : all) {
        Tensor value = values.get(parameter.name());
        if (value == null
            || !Arrays.equals(value.sizes().vec().get(), parameter.value().sizes().vec().get())) {
          throw new IllegalArgumentException(
              "parameter " + parameter.name() + ": expected another of the same shape");
        }
        NoGradient.run(() -> parameter.value().copy_(value));
      }
    }
  }

  /** All of them, in the order of their making. */
  public List<Parameter> all() {
    return Collections.unmodifiableList(all);
  }

  /** Their tensors by name, in the order of their making; the tensors stay owned here. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    all.forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
    return tensors;
  }

  /** How many numbers they hold together. */
  public long count() {
    return all.stream().mapToLong(Parameter::count).sum();
  }

  @Override
  public void close() {
    for (Parameter parameter : all) {
      Scope.free(parameter.value());
    }
    all.clear();
  }
}
