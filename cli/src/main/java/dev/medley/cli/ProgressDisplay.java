package dev.medley.cli;

import dev.medley.models.Phase;
import dev.medley.training.TrainingListener;
import dev.medley.training.Validation;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows training on standard error: a bar on a terminal, a line per evaluation elsewhere. */
final class ProgressDisplay implements TrainingListener, AutoCloseable {
  private final String title;
  private final boolean terminal = Boolean.getBoolean("medley.terminal"); // set by the launcher
  private @Nullable ProgressBar bar;
  private double best = Double.NaN;
  private int candidates; // of a closed form, else 0

  ProgressDisplay(String title) {
    this.title = title;
  }

  @Override
  public void phaseStarted(Phase phase, int epochsDone) {
    close();
    best = Double.NaN;
    if (epochsDone > 0) {
      System.err.printf(Locale.ROOT, "%s: goes on after epoch %d%n", title, epochsDone);
    }
    candidates = phase instanceof Phase.ClosedForm closed ? closed.candidates().size() : 0;
    if (terminal && candidates > 0) {
      show(phase.name(), 0, candidates);
    }
  }

  @Override
  public void stepped(int epoch, int batch, int batches) {
    if (terminal) {
      show("epoch " + epoch, batch, batches);
    }
  }

  private void show(String what, int done, int all) {
    ProgressBar shown = bar;
    if (shown == null) {
      shown =
          new ProgressBarBuilder()
              .setTaskName(title)
              .setInitialMax(all)
              .setStyle(ProgressBarStyle.ASCII)
              .clearDisplayOnFinish()
              .build();
      bar = shown;
    }
    shown.maxHint(all);
    shown.stepTo(done);
    shown.setExtraMessage(
        " %s%s"
            .formatted(
                what, Double.isNaN(best) ? "" : String.format(Locale.ROOT, ", best %.4f", best)));
  }

  @Override
  public void leftOut(String phase, int number, String reason, double seconds) {
    System.err.printf("warning: %s %d of %d left out: %s%n", phase, number, candidates, reason);
  }

  @Override
  public void evaluated(Evaluated evaluated) {
    double metric = evaluated.metrics().getOrDefault(Validation.DECIDING, Double.NaN);
    if (evaluated.best()) {
      best = metric;
    }
    if (terminal && candidates > 0) {
      show(evaluated.phase(), evaluated.epoch(), candidates);
    }
    if (!terminal) {
      System.err.printf(
          Locale.ROOT,
          "%s: %s %d%s, validation %s %.4f%s, %.2f s%n",
          title,
          evaluated.phase(),
          evaluated.epoch(),
          candidates > 0 ? " of " + candidates : "",
          Validation.DECIDING,
          metric,
          evaluated.best() ? " (best)" : "",
          evaluated.seconds());
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
