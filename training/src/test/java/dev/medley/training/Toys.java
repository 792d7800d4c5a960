package dev.medley.training;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Adam;
import dev.medley.engine.Engine;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.Model;
import dev.medley.models.Phase;
import dev.medley.models.Sampler;
import dev.medley.models.blocks.DotProduct;
import dev.medley.models.blocks.TrainedScorer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;

/** Small data, and models that exist to show what the loop does. */
final class Toys {
  static final int USERS = 12;
  static final int ITEMS = 40;
  static final Seed SEED = new Seed(11);

  static {
    Engine.start(1);
  }

  private Toys() {}

  /** Every user has six items; the parts for training and for validation do not overlap. */
  static Interactions part(boolean training) {
    List<int[]> pairs = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      int[] items = new int[ITEMS];
      for (int k = 0; k < ITEMS; k++) {
        items[k] = k;
      }
      new Seed(2).child("items", user).stream().shuffle(items);
      for (int k = training ? 0 : 6; k < (training ? 6 : 9); k++) {
        pairs.add(new int[] {user, items[k]});
      }
    }
    return Interactions.ofPairs(
        USERS,
        ITEMS,
        pairs.stream().mapToInt(pair -> pair[0]).toArray(),
        pairs.stream().mapToInt(pair -> pair[1]).toArray());
  }

  static TrainingView view() {
    return new TrainingView(part(true), List.of());
  }

  /** Recall on {@link #part}: it goes up and down from epoch to epoch. */
  static Validation measured() {
    Evaluator evaluator = Evaluator.builder(part(true), part(false)).build();
    return evaluator::accuracy;
  }

  /** Gives these values, one per evaluation. */
  static Validation scripted(double... values) {
    int[] calls = {0};
    return scorer -> Map.of(Validation.DECIDING, values[calls[0]++]);
  }

  static Map<String, float[]> parameters(Model model) {
    Map<String, float[]> values = new LinkedHashMap<>();
    model
        .parameters()
        .tensors()
        .forEach((name, value) -> values.put(name, Tensors.toFloats(value)));
    return values;
  }

  /** What the loop told, without the seconds. */
  static final class Told implements TrainingListener {
    final List<String> lines = new ArrayList<>();
    final List<String> leftOut = new ArrayList<>();

    @Override
    public void leftOut(String phase, int number, String reason, double seconds) {
      leftOut.add(phase + " " + number + ": " + reason);
    }

    @Override
    public void resumed(int evaluations) {
      lines.subList(evaluations, lines.size()).clear();
    }

    @Override
    public void evaluated(Evaluated evaluated) {
      lines.add(
          "%s %d %s %s %s"
              .formatted(
                  evaluated.phase(),
                  evaluated.epoch(),
                  evaluated.losses(),
                  evaluated.metrics(),
                  evaluated.best() ? "best" : ""));
    }
  }

  /**
   * An autoencoder on item rows, first alone, then together with a layer on the items' features:
   * hidden = tanh(X W₁) [+ F V], Y = hidden W₂.
   */
  static final class TwoPhases implements Model {
    private static final int HIDDEN = 5;

    private final Parameters parameters = Parameters.from(SEED);
    private final Parameter encoder = parameters.xavierUniform("encoder", USERS, HIDDEN);
    private final Parameter decoder = parameters.xavierUniform("decoder", HIDDEN, USERS);
    private final Parameter layer = parameters.xavierUniform("layer", 3, HIDDEN);
    private final Tensor rows; // X, I × U
    private final Tensor features; // F, I × 3
    private final int[] epochs;
    private final int evaluateEvery;
    private final int patience;
    final List<String> started = new ArrayList<>();

    TwoPhases(int[] epochs, int evaluateEvery, int patience) {
      this.epochs = epochs;
      this.evaluateEvery = evaluateEvery;
      this.patience = patience;
      float[] x = new float[ITEMS * USERS];
      float[] f = new float[ITEMS * 3];
      Interactions train = part(true);
      for (int item = 0; item < ITEMS; item++) {
        for (int user = 0; user < USERS; user++) {
          x[item * USERS + user] = train.contains(user, item) ? 1 : 0;
        }
        for (int k = 0; k < 3; k++) {
          f[item * 3 + k] = (float) Math.sin(item + 2.0 * k);
        }
      }
      try (Scope scope = Scope.open()) {
        rows = scope.release(Tensors.of(x, ITEMS, USERS));
        features = scope.release(Tensors.of(f, ITEMS, 3));
      }
    }

    private Tensor hidden(Tensor x, Tensor f, boolean withFeatures) {
      Tensor h = x.matmul(encoder.value()).tanh(); // B × H
      return withFeatures ? h.add(f.matmul(layer.value())) : h;
    }

    private Loss loss(Batch.ItemRows batch, boolean withFeatures) {
      Tensor items = Tensors.rows(batch.items());
      Tensor x = rows.index_select(0, items); // B × U
      Tensor y = hidden(x, features.index_select(0, items), withFeatures).matmul(decoder.value());
      return Loss.of("error", y.sub(x).square().mean())
          .plus("l2", 1e-3, decoder.value().square().sum());
    }

    private Phase phase(String name, boolean withFeatures, List<Parameter> moving, int most) {
      return new Phase.Gradient<>(
          name,
          new Sampler.ItemRows(16),
          batch -> loss(batch, withFeatures),
          List.of("error", "l2"),
          moving,
          Adam.Settings.withLearningRate(0.05),
          epoch -> 1,
          most,
          evaluateEvery,
          patience,
          (epoch, random) -> started.add(name + " " + epoch + " " + random.nextLong()));
    }

    @Override
    public Parameters parameters() {
      return parameters;
    }

    @Override
    public List<Phase> phases() {
      return List.of(
          phase("pretrain", false, List.of(encoder, decoder), epochs[0]),
          phase("finetune", true, parameters.all(), epochs[1]));
    }

    @Override
    public TrainedScorer scorer() {
      return DotProduct.of(decoder.value().t(), hidden(rows, features, true));
    }

    @Override
    public void close() {
      parameters.close();
      Scope.free(rows);
      Scope.free(features);
    }
  }

  /** A model of one number, whose phases a test gives. */
  static final class OneNumber implements Model {
    private final Parameters parameters = Parameters.from(SEED);
    private final Parameter number = parameters.uniform("number", 1, 1);
    private final Function<OneNumber, List<Phase>> phases;
    float given; // by a closed form

    OneNumber(Function<OneNumber, List<Phase>> phases) {
      this.phases = phases;
    }

    /** Steps on item rows with the loss that the test gives for the number of the call, from 1. */
    Phase.Gradient<Batch.ItemRows> steps(int epochs, IntFunction<Loss> loss, String... terms) {
      int[] calls = {0};
      return new Phase.Gradient<>(
          "steps",
          new Sampler.ItemRows(ITEMS / 4),
          batch -> loss.apply(++calls[0]),
          List.of(terms),
          parameters.all(),
          Adam.Settings.withLearningRate(0.1),
          epoch -> 1,
          epochs,
          1,
          epochs,
          Phase.EpochStart.NOTHING);
    }

    Tensor value() {
      return number.value();
    }

    float now() {
      return Tensors.toFloats(number.value())[0];
    }

    @Override
    public Parameters parameters() {
      return parameters;
    }

    @Override
    public List<Phase> phases() {
      return phases.apply(this);
    }

    @Override
    public TrainedScorer scorer() {
      float[] users = new float[USERS];
      float[] items = new float[ITEMS];
      items[0] = given;
      users[0] = now();
      return DotProduct.of(users, items, 1);
    }

    @Override
    public void close() {
      parameters.close();
    }
  }
}
