package dev.medley.models;

import dev.medley.models.blocks.ItemAutoencoder;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.RatingRows;

/**
 * What an autoencoder of items' rows leaves open.
 *
 * @param form its layers
 * @param inputScaling what the entries of X̃ hold
 * @param inputDropout share of them that training drops, in [0, 1)
 * @param w0 weight of the error on unobserved entries, at least 0; observed ones weigh 1
 * @param l2 weight of Σ ‖W‖², beside an error by observed entry
 * @param kernelL2 weight of Σ ‖K‖²
 */
public record AutoencoderSettings(
    ItemAutoencoder.Form form,
    RatingRows.Scaling inputScaling,
    double inputDropout,
    double w0,
    double l2,
    double kernelL2) {

  /** Refuses values out of range. */
  public AutoencoderSettings {
    Range.atLeast("hiddenDim", form.hiddenDim(), 1);
    Range.atLeast("hiddenLayers", form.hiddenLayers(), 1);
    Range.within("inputDropout", inputDropout, 0, 1);
    Range.atLeast("w0", w0, 0);
    Range.atLeast("l2", l2, 0);
    Range.atLeast("kernelL2", kernelL2, 0);
  }

  /** Reads its keys; {@code defaults} where one is not given. */
  public static AutoencoderSettings read(Settings settings, AutoencoderSettings defaults) {
    ItemAutoencoder.Form form = defaults.form;
    return new AutoencoderSettings(
        new ItemAutoencoder.Form(
            settings.integer("hiddenDim", form.hiddenDim()),
            settings.integer("hiddenLayers", form.hiddenLayers()),
            settings.choice("activation", form.activation()),
            settings.choice("kernel", form.kernel())),
        settings.choice("inputScaling", defaults.inputScaling),
        settings.number("inputDropout", defaults.inputDropout),
        settings.number("w0", defaults.w0),
        settings.number("l2", defaults.l2),
        settings.number("kernelL2", defaults.kernelL2));
  }

  /** Whether its weights are W ⊙ K. */
  boolean kernelized() {
    return form.kernel() == KernelWeights.Kernel.LOCAL;
  }
}
