package dev.medley.models;

import dev.medley.models.blocks.Alignment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * How a model that represents users and items by behaviour and by features keeps the two together:
 * the weights of its alignment and of its similarity signal (zhang2024dream, figure 3). A weight of
 * 0 leaves its term out.
 *
 * @param alignment form and temperature
 * @param intraWeight of the alignment within each domain, at least 0
 * @param interWeight of the alignment across the domains, at least 0
 * @param s3Weight of the similarity signal, at least 0
 */
public record Duality(
    Alignment alignment, double intraWeight, double interWeight, double s3Weight) {

  /** No such term. */
  public static final Duality NONE =
      new Duality(new Alignment(Alignment.Form.INFONCE, 0.2), 0, 0, 0);

  /** Refuses negative weights. */
  public Duality {
    Range.atLeast("intraWeight", intraWeight, 0);
    Range.atLeast("interWeight", interWeight, 0);
    Range.atLeast("s3Weight", s3Weight, 0);
  }

  /** Reads the five keys; {@code defaults} where one is not given. */
  public static Duality read(Settings settings, Duality defaults) {
    Alignment.Form form = settings.choice("alignment", defaults.alignment.form());
    double temperature = settings.number("temperature", defaults.alignment.temperature());
    Range.above("temperature", temperature, 0);
    return new Duality(
        new Alignment(form, temperature),
        settings.number("intraWeight", defaults.intraWeight),
        settings.number("interWeight", defaults.interWeight),
        settings.number("s3Weight", defaults.s3Weight));
  }

  /** The names of the terms that {@link #addTo} adds, in order. */
  public List<String> terms() {
    List<String> terms = new ArrayList<>();
    if (intraWeight > 0) {
      terms.add("intra");
    }
    if (interWeight > 0) {
      terms.add("inter");
    }
    if (s3Weight > 0) {
      terms.add("s3");
    }
    return terms;
  }

  /**
   * The rows of both domains that a step aligns.
   *
   * @param behavior of n pairs
   * @param modal of the same pairs
   */
  public record Rows(Alignment.Rows behavior, Alignment.Rows modal) {}

  /**
   * The loss with those terms whose weight is above 0; what the others need is not computed.
   *
   * @param rows what is aligned
   * @param similarity the similarity signal, a single number
   */
  public Loss addTo(Loss loss, Supplier<Rows> rows, Supplier<Tensor> similarity) {
    Loss sum = loss;
    if (intraWeight > 0 || interWeight > 0) {
      Rows pairs = rows.get();
      if (intraWeight > 0) {
        sum = sum.plus("intra", intraWeight, alignment.intra(pairs.behavior, pairs.modal));
      }
      if (interWeight > 0) {
        sum = sum.plus("inter", interWeight, alignment.inter(pairs.behavior, pairs.modal));
      }
    }
    return s3Weight > 0 ? sum.plus("s3", s3Weight, similarity.get()) : sum;
  }
}
