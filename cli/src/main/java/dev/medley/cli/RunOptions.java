package dev.medley.cli;

import dev.medley.core.Imputation;
import dev.medley.engine.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a training run is given besides model, dataset and hyperparameters. */
final class RunOptions {
  @Mixin private final ThreadOptions threads = new ThreadOptions();

  @Option(
      names = "--device",
      paramLabel = "D",
      defaultValue = "cpu",
      description = "cpu or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--impute",
      paramLabel = "KIND",
      defaultValue = "zero",
      description =
          "What models that cannot mask a missing feature row receive: zero or mean (default:"
              + " ${DEFAULT-VALUE}).")
  private String impute;

  RunOptions() {
    device = "cpu";
    impute = "zero";
  }

  int threads() {
    return threads.count();
  }

  Device device() {
    return Device.parse(device);
  }

  Imputation imputation() {
    return Imputation.parse(impute);
  }
}
