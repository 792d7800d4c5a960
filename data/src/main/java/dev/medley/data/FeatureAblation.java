package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.FeatureView;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A change of a dataset's features that asks what they are worth: one modality left out, or the
 * rows of one modality or of all of them dealt out to other items.
 */
public final class FeatureAblation {
  /** No change. */
  public static final FeatureAblation NONE = new FeatureAblation(Kind.NONE, "");

  private static final String ALL = "all";

  private enum Kind {
    NONE,
    WITHOUT,
    PERMUTED
  }

  private final Kind kind;
  private final String modality;

  private FeatureAblation(Kind kind, String modality) {
    this.kind = kind;
    this.modality = modality;
  }

  /**
   * Reads {@code without-MODALITY}, {@code permuted-MODALITY} or {@code permuted-all}.
   *
   * @throws InvalidInputException if it is none of these
   */
  public static FeatureAblation parse(String text) {
    for (Kind kind : List.of(Kind.WITHOUT, Kind.PERMUTED)) {
      String begin = kind == Kind.WITHOUT ? "without-" : "permuted-";
      if (text.startsWith(begin) && text.length() > begin.length()) {
        return new FeatureAblation(kind, text.substring(begin.length()));
      }
    }
    throw new InvalidInputException(
        "features: expected without-MODALITY, permuted-MODALITY or permuted-all, got '"
            + text
            + "'");
  }

  /** Whether nothing is changed. */
  public boolean isNone() {
    return kind == Kind.NONE;
  }

  /**
   * The dataset with its features changed.
   *
   * @param seed draws the order of the rows; each modality has its own
   * @throws InvalidInputException if the dataset does not have the modality
   */
  public Dataset apply(Dataset dataset, Seed seed) {
    if (kind == Kind.NONE) {
      return dataset;
    }
    List<FeatureMatrix> features = dataset.features();
    boolean every = kind == Kind.PERMUTED && modality.equals(ALL);
    if (features.isEmpty()
        || (!every && features.stream().noneMatch(one -> one.modality().equals(modality)))) {
      throw new InvalidInputException(
          "features %s: expected a modality of %s, which has %s"
              .formatted(
                  this,
                  dataset.name(),
                  features.isEmpty()
                      ? "none"
                      : features.stream()
                          .map(FeatureMatrix::modality)
                          .collect(Collectors.joining(", "))));
    }
    return dataset.withFeatures(
        kind == Kind.WITHOUT
            ? features.stream().filter(one -> !one.modality().equals(modality)).toList()
            : features.stream()
                .map(one -> every || one.modality().equals(modality) ? permuted(one, seed) : one)
                .toList());
  }

  private static FeatureMatrix permuted(FeatureMatrix matrix, Seed seed) {
    int[] rows = IntStream.range(0, matrix.rows()).toArray();
    seed.child("permuted-features/" + matrix.modality()).stream().shuffle(rows);
    return new Permuted(matrix, rows);
  }

  /** As it was read; {@code none} for no change. */
  @Override
  public String toString() {
    return switch (kind) {
      case NONE -> "none";
      case WITHOUT -> "without-" + modality;
      case PERMUTED -> "permuted-" + modality;
    };
  }

  private static final class Permuted extends FeatureView {
    private final int[] rows; // the row of the matrix that each item receives

    Permuted(FeatureMatrix matrix, int[] rows) {
      super(matrix);
      this.rows = rows;
    }

    @Override
    public boolean isPresent(int row) {
      return super.isPresent(rows[row]);
    }

    @Override
    public void copyRow(int row, float[] out, int offset) {
      super.copyRow(rows[row], out, offset);
    }
  }
}
