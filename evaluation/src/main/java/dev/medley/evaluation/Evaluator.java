package dev.medley.evaluation;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.Ids;
import dev.medley.core.Interactions;
import dev.medley.core.Scorer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation protocol: every evaluated user's items are ranked, all I of them but the masked
 * ones, and the lists compared with what was held out. Evaluated are the users with held-out and
 * with training interactions; the others with held-out interactions are counted and left out. A
 * held-out item that is masked as well cannot be found, and is still missed.
 *
 * <p>Scores come in blocks of B users, so that B × I floats take about 8 MB whatever the number of
 * users. Buffers are kept between calls; not safe for concurrent use. The number of threads changes
 * no result.
 */
public final class Evaluator {
  private static final int BLOCK_FLOATS = 2 << 20;

  private final Interactions train;
  private final Interactions heldOut;
  private final Interactions masked;
  private final List<FeatureMatrix> features;
  private final @Nullable Ids userIds;
  private final @Nullable Ids itemIds;
  private final String model;
  private final int[] cutoffs;
  private final boolean withSlices;

  private final AccuracyMetrics accuracy;
  private final int[] users; // E evaluated users, ascending
  private final int usersWithoutTraining;
  private final TopK[] selectors; // one per thread
  private final float[] scores; // B × I
  private final int[] ranked; // E × depth
  private final int[] lengths; // E
  private final double[] values; // E × columns

  private Evaluator(Builder builder) {
    train = builder.train;
    heldOut = builder.heldOut;
    masked = builder.masked;
    features = builder.features;
    userIds = builder.userIds;
    itemIds = builder.itemIds;
    model = builder.model;
    cutoffs = builder.cutoffs;
    withSlices = builder.withSlices;

    int items = train.items();
    accuracy = new AccuracyMetrics(items, cutoffs);
    int[] evaluated = new int[train.users()];
    int count = 0;
    int leftOut = 0;
    for (int user = 0; user < train.users(); user++) {
      if (heldOut.count(user) > 0) {
        if (train.count(user) > 0) {
          evaluated[count++] = user;
        } else {
          leftOut++;
        }
      }
    }
    users = Arrays.copyOf(evaluated, count);
    usersWithoutTraining = leftOut;
    int block = Math.max(1, Math.min(count, BLOCK_FLOATS / Math.max(1, items)));
    scores = new float[Math.multiplyExact(block, items)];
    ranked = new int[Math.multiplyExact(count, accuracy.depth())];
    lengths = new int[count];
    values = new double[Math.multiplyExact(count, accuracy.columns().size())];
    selectors = new TopK[builder.threads];
    Arrays.setAll(selectors, t -> new TopK(Math.max(1, accuracy.depth()), items));
  }

  /**
   * An evaluator with the protocol's settings: training items masked, cut-offs 5, 10, 20 and 50,
   * one thread.
   *
   * @param train U × I
   * @param heldOut U × I, the validation or the test interactions
   */
  public static Builder builder(Interactions train, Interactions heldOut) {
    return new Builder(train, heldOut);
  }

  /** The evaluated users' dense numbers, ascending; a new array. */
  public int[] users() {
    return users.clone();
  }

  /** The keys of {@link #accuracy}, in its order. */
  public List<String> columns() {
    return accuracy.columns();
  }

  /** How many users have held-out but no training interactions, and are left out. */
  public int usersWithoutTraining() {
    return usersWithoutTraining;
  }

  /**
   * The means of the accuracy metrics alone: what is looked at after every epoch.
   *
   * @param scorer borrowed, not closed
   * @return means by key, as {@code recall@20}, in a stable order; NaN without an evaluated user
   * @throws NonFiniteScoreException if a score that would be ranked is not finite
   */
  public Map<String, Double> accuracy(Scorer scorer) {
    try (Stripes stripes = new Stripes(selectors.length)) {
      rank(scorer, stripes);
    }
    return Collections.unmodifiableMap(accuracyMeans());
  }

  /**
   * All metrics, the per-user values, and the slices where they were asked for.
   *
   * @param scorer borrowed, not closed
   * @throws NonFiniteScoreException if a score that would be ranked is not finite
   */
  public EvaluationResult evaluate(Scorer scorer) {
    RankedLists lists = new RankedLists(users, ranked, lengths, accuracy.depth(), train.items());
    Map<String, Double> metrics;
    Map<String, Integer> undefined = new LinkedHashMap<>();
    try (Stripes stripes = new Stripes(selectors.length)) {
      rank(scorer, stripes);
      metrics = accuracyMeans();
      new BeyondAccuracy(lists, train, features, cutoffs).putInto(metrics, undefined, stripes);
    }
    PerUserValues perUser = new PerUserValues(users.clone(), accuracy.columns(), values.clone());
    List<Slice> slices =
        withSlices ? new Slices(lists, train, heldOut, perUser, cutoffs).all() : List.of();
    return new EvaluationResult(
        Collections.unmodifiableMap(metrics),
        Collections.unmodifiableMap(undefined),
        perUser,
        usersWithoutTraining,
        slices);
  }

  private Map<String, Double> accuracyMeans() {
    List<String> columns = accuracy.columns();
    Map<String, Double> means = new LinkedHashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      double sum = 0;
      for (int at = column; at < values.length; at += columns.size()) {
        sum += values[at];
      }
      means.put(columns.get(column), sum / users.length); // 0 / 0 is NaN
    }
    return means;
  }

  /** Fills {@link #ranked}, {@link #lengths} and {@link #values}. */
  private void rank(Scorer scorer, Stripes stripes) {
    if (scorer.users() != train.users() || scorer.items() != train.items()) {
      throw new IllegalArgumentException(
          "scores of model %s: expected %d users × %d items, got %d × %d"
              .formatted(model, train.users(), train.items(), scorer.users(), scorer.items()));
    }
    Arrays.fill(scores, Float.NaN); // a scorer that leaves rows unwritten does not pass unseen
    int block = scores.length / Math.max(1, train.items());
    for (int from = 0; from < users.length; from += block) {
      int first = from;
      int end = Math.min(users.length, from + block);
      scorer.score(Arrays.copyOfRange(users, from, end), scores);
      stripes.over(
          from,
          end,
          (thread, rowFrom, rowTo) -> rankRows(selectors[thread], first, rowFrom, rowTo));
    }
  }

  private void rankRows(TopK selector, int blockFrom, int from, int to) {
    int items = train.items();
    int depth = accuracy.depth();
    for (int row = from; row < to; row++) {
      int user = users[row];
      try {
        lengths[row] =
            selector.select(
                scores,
                (row - blockFrom) * items,
                masked.columns(),
                masked.begin(user),
                masked.end(user),
                ranked,
                row * depth);
      } catch (NonFiniteScoreException e) {
        throw named(e, user);
      }
      accuracy.write(
          ranked,
          row * depth,
          row * depth + lengths[row],
          heldOut.columns(),
          heldOut.begin(user),
          heldOut.end(user),
          values,
          row * accuracy.columns().size());
    }
  }

  private NonFiniteScoreException named(NonFiniteScoreException e, int user) {
    return new NonFiniteScoreException(
        "scores of model %s: expected finite numbers, got %s for user %s and item %s; the model has diverged (lower its learning rate) or its features hold extreme values (scale them)"
            .formatted(model, e.score(), name(userIds, user), name(itemIds, e.item())),
        e.item(),
        e.score());
  }

  private static String name(@Nullable Ids ids, int number) {
    return ids == null ? "number " + number : "'" + ids.id(number) + "'";
  }

  /** The settings of an evaluator. */
  public static final class Builder {
    private final Interactions train;
    private final Interactions heldOut;
    private Interactions masked;
    private List<FeatureMatrix> features = List.of();
    private @Nullable Ids userIds;
    private @Nullable Ids itemIds;
    private String model = "(unnamed)";
    private int[] cutoffs = {5, 10, 20, 50};
    private int threads = 1;
    private boolean withSlices;

    private Builder(Interactions train, Interactions heldOut) {
      requireShape(train, heldOut);
      this.train = train;
      this.heldOut = heldOut;
      this.masked = train;
    }

    private static void requireShape(Interactions train, Interactions other) {
      if (other.users() != train.users() || other.items() != train.items()) {
        throw new IllegalArgumentException(
            "interactions: expected %d × %d as in training, got %d × %d"
                .formatted(train.users(), train.items(), other.users(), other.items()));
      }
    }

    /** Masks these interactions beside those of training. */
    public Builder alsoMask(Interactions more) {
      requireShape(train, more);
      masked = union(masked, more);
      return this;
    }

    /** Masks nothing, not even training items: a flawed protocol, for the audit. */
    public Builder maskNothing() {
      masked = Interactions.empty(train.users(), train.items());
      return this;
    }

    /** The features in whose space the diversity of a list is measured; undefined without. */
    public Builder features(List<FeatureMatrix> matrices) {
      for (FeatureMatrix matrix : matrices) {
        if (matrix.rows() != train.items()) {
          throw new IllegalArgumentException(
              "%s features: expected %d rows, got %d"
                  .formatted(matrix.modality(), train.items(), matrix.rows()));
        }
      }
      features = List.copyOf(matrices);
      return this;
    }

    /** The external ids, for messages. */
    public Builder ids(Ids users, Ids items) {
      userIds = users;
      itemIds = items;
      return this;
    }

    /** The model's name, for messages. */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /** Other cut-offs than 5, 10, 20, 50: ascending, each at least 1. */
    public Builder cutoffs(int... values) {
      AccuracyMetrics.requireCutoffs(values);
      cutoffs = values.clone();
      return this;
    }

    /** How many threads rank the rows of a block, at least 1. */
    public Builder threads(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("threads: expected at least 1, got " + count);
      }
      threads = count;
      return this;
    }

    /** Also computes the slices in {@link Evaluator#evaluate}. */
    public Builder withSlices() {
      withSlices = true;
      return this;
    }

    /** The evaluator. */
    public Evaluator build() {
      return new Evaluator(this);
    }

    private static Interactions union(Interactions a, Interactions b) {
      int[] offsets = new int[a.users() + 1];
      int[] columns = new int[Math.addExact(a.size(), b.size())];
      int count = 0;
      for (int user = 0; user < a.users(); user++) {
        int i = a.begin(user);
        int j = b.begin(user);
        while (i < a.end(user) || j < b.end(user)) {
          int left = i < a.end(user) ? a.columns()[i] : Integer.MAX_VALUE;
          int right = j < b.end(user) ? b.columns()[j] : Integer.MAX_VALUE;
          columns[count++] = Math.min(left, right);
          i += left <= right ? 1 : 0;
          j += right <= left ? 1 : 0;
        }
        offsets[user + 1] = count;
      }
      return Interactions.ofRows(a.items(), offsets, Arrays.copyOf(columns, count));
    }
  }
}
