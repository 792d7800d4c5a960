package dev.medley.testkit;

import dev.medley.engine.Adam;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameter;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam line by line (kingma2015adam, algorithm 1), one plain operation after the other. Owns its
 * moments until closed.
 */
public final class LiteralAdam implements AutoCloseable {

  private record Moments(Parameter parameter, Tensor first, Tensor second) {}

  private final Adam.Settings settings;
  private final List<Moments> all = new ArrayList<>();
  private int steps;

  /** Both moments zero. */
  public LiteralAdam(Adam.Settings settings, List<Parameter> parameters) {
    this.settings = settings;
    try (Scope scope = Scope.open()) {
      for (Parameter parameter : parameters) {
        Tensor value = parameter.value().detach();
        all.add(
            new Moments(
                parameter,
                scope.release(torch.zeros_like(value)),
                scope.release(torch.zeros_like(value))));
      }
    }
  }

  /** One step; every parameter must have a gradient. */
  public void step() {
    steps++;
    try (Scope scope = Scope.open()) {
      NoGradient.run(() -> all.forEach(this::move));
    }
  }

  private void move(Moments moments) {
    Tensor value = moments.parameter().value();
    Tensor gradient =
        moments.parameter().gradient().add(value.mul(Tensors.scalar(settings.weightDecay())));
    decay(moments.first(), settings.beta1(), gradient);
    decay(moments.second(), settings.beta2(), gradient.mul(gradient));
    Tensor first = moments.first().div(Tensors.scalar(1 - Math.pow(settings.beta1(), steps)));
    Tensor second = moments.second().div(Tensors.scalar(1 - Math.pow(settings.beta2(), steps)));
    Tensor direction = first.div(second.sqrt().add(Tensors.scalar(settings.epsilon())));
    value.copy_(value.sub(direction.mul(Tensors.scalar(settings.learningRate()))));
  }

  private static void decay(Tensor moment, double beta, Tensor with) {
    moment.copy_(moment.mul(Tensors.scalar(beta)).add(with.mul(Tensors.scalar(1 - beta))));
  }

  @Override
  public void close() {
    for (Moments moments : all) {
      Scope.free(moments.first());
      Scope.free(moments.second());
    }
    all.clear();
  }
}
