package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.FeatureView;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A change of a dataset that asks what a part of it is worth: one modality left out, the rows of
 * one modality or of all of them dealt out to other items, or fewer interactions to train on.
 */
public final class DatasetChange {
  /** No change. */
  public static final DatasetChange NONE = new DatasetChange(Kind.NONE, "");

  private static final String ALL = "all";
  private static final String EXPECTED =
      "without-MODALITY, permuted-MODALITY, permuted-all or train-PERCENT";

  private enum Kind {
    NONE(""),
    WITHOUT("without-"),
    PERMUTED("permuted-"),
    TRAIN("train-");

    private final String begin;

    Kind(String begin) {
      this.begin = begin;
    }
  }

  private final Kind kind;
  private final String operand; // a modality, or a percentage

  private DatasetChange(Kind kind, String operand) {
    this.kind = kind;
    this.operand = operand;
  }

  /**
   * Reads {@code without-MODALITY}, {@code permuted-MODALITY}, {@code permuted-all} or {@code
   * train-PERCENT}, a whole number from 1 to 99.
   *
   * @throws InvalidInputException if it is none of these
   */
  public static DatasetChange parse(String text) {
    for (Kind kind : List.of(Kind.WITHOUT, Kind.PERMUTED, Kind.TRAIN)) {
      if (text.startsWith(kind.begin) && text.length() > kind.begin.length()) {
        String operand = text.substring(kind.begin.length());
        if (kind == Kind.TRAIN && !operand.matches("[1-9][0-9]?")) {
          throw new InvalidInputException(
              "change of the dataset: expected train-PERCENT with a whole number from 1 to 99, got '"
                  + text
                  + "'");
        }
        return new DatasetChange(kind, operand);
      }
    }
    throw new InvalidInputException(
        "change of the dataset: expected " + EXPECTED + ", got '" + text + "'");
  }

  /** What is changed: {@code features} or {@code training}; not for no change. */
  public String subject() {
    return switch (kind) {
      case NONE -> throw new IllegalStateException("no change");
      case WITHOUT, PERMUTED -> "features";
      case TRAIN -> "training";
    };
  }

  /** Whether nothing is changed. */
  public boolean isNone() {
    return kind == Kind.NONE;
  }

  /**
   * The dataset with the change made.
   *
   * @param seed draws the order of the rows, of each modality its own, and what is trained on
   * @throws InvalidInputException if the dataset does not have the modality
   */
  public Dataset apply(Dataset dataset, Seed seed) {
    return switch (kind) {
      case NONE -> dataset;
      case TRAIN ->
          dataset.withTrain(
              fewer(dataset.train(), seed),
              "%s, %s(seed %d)".formatted(dataset.split(), this, seed.value()));
      case WITHOUT, PERMUTED -> withFeatures(dataset, seed);
    };
  }

  /**
   * As many of the interactions as the percentage says, drawn without replacement; but each user
   * who has any keeps one, so that the same users are measured. What is left out is unknown to the
   * model and to the evaluation: it is ranked, and no hit.
   */
  private Interactions fewer(Interactions train, Seed seed) {
    int[] order = IntStream.range(0, train.size()).toArray();
    seed.child("fewer-interactions").stream().shuffle(order);
    int[] users = train.userOfEach();
    BitSet kept = new BitSet(train.size());
    BitSet served = new BitSet(train.users());
    for (int at : order) {
      if (!served.get(users[at])) {
        served.set(users[at]);
        kept.set(at);
      }
    }
    long wanted = Math.round(train.size() * Integer.parseInt(operand) / 100.0);
    long left = wanted - kept.cardinality();
    for (int k = 0; k < order.length && left > 0; k++) {
      if (!kept.get(order[k])) {
        kept.set(order[k]);
        left--;
      }
    }
    int[] positions = kept.stream().toArray();
    return Interactions.ofPairs(
        train.users(),
        train.items(),
        Arrays.stream(positions).map(at -> users[at]).toArray(),
        Arrays.stream(positions).map(at -> train.columns()[at]).toArray());
  }

  private Dataset withFeatures(Dataset dataset, Seed seed) {
    List<FeatureMatrix> features = dataset.features();
    boolean every = kind == Kind.PERMUTED && operand.equals(ALL);
    if (features.isEmpty()
        || (!every && features.stream().noneMatch(one -> one.modality().equals(operand)))) {
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
            ? features.stream().filter(one -> !one.modality().equals(operand)).toList()
            : features.stream()
                .map(one -> every || one.modality().equals(operand) ? permuted(one, seed) : one)
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
    return isNone() ? "none" : kind.begin + operand;
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
