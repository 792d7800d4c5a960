package dev.medley.training;

import dev.medley.engine.Adam;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The best parameters as clones; nothing to go on from. */
final class MemoryCheckpoints extends Checkpoints {
  private final Map<String, Tensor> best = new HashMap<>();

  @Override
  public boolean exists() {
    return false;
  }

  @Override
  public int epochs() {
    return 0;
  }

  @Override
  public void refuseNewer() {}

  @Override
  @Nullable Progress progress() {
    return null;
  }

  @Override
  void restore(Parameters parameters, @Nullable Adam adam) {
    throw new IllegalStateException("nothing was kept in memory to go on from");
  }

  @Override
  void keepBest(Progress progress, Parameters parameters) {
    try (Scope scope = Scope.open()) {
      for (Parameter parameter : parameters.all()) {
        Tensor kept = best.get(parameter.name());
        if (kept == null) {
          best.put(parameter.name(), scope.release(parameter.value().detach().clone()));
        } else {
          NoGradient.run(() -> kept.copy_(parameter.value()));
        }
      }
    }
  }

  @Override
  void restoreBest(Progress progress, Parameters parameters) {
    try (Scope scope = Scope.open()) {
      for (Parameter parameter : parameters.all()) {
        Tensor kept = best.get(parameter.name());
        if (kept != null) {
          NoGradient.run(() -> parameter.value().copy_(kept));
        }
      }
    }
  }

  @Override
  void save(Progress progress, Parameters parameters, @Nullable Adam adam) {}

  @Override
  public void close() {
    best.values().forEach(Scope::free);
    best.clear();
  }
}
