package dev.medley.cli;

import dev.medley.features.FeatureProgress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows encoding on standard error where that is a terminal; elsewhere nothing. */
final class EncodingDisplay implements FeatureProgress, AutoCloseable {
  private final boolean terminal = Boolean.getBoolean("medley.terminal"); // set by the launcher
  private @Nullable ProgressBar bar;
  private String shown = "";

  @Override
  public void advanced(String modality, int done, int items) {
    if (!terminal) {
      return;
    }
    if (bar == null || !shown.equals(modality)) {
      close();
      bar =
          new ProgressBarBuilder()
              .setTaskName(modality)
              .setInitialMax(items)
              .setStyle(ProgressBarStyle.ASCII)
              .clearDisplayOnFinish()
              .build();
      shown = modality;
    }
    bar.stepTo(done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
