package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.ItemDescription;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.NoGradient;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.AddVae;
import dev.medley.models.Batch;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.blocks.DeAttention;
import dev.medley.models.blocks.Disentangled;
import dev.medley.models.blocks.ItemWords;
import dev.medley.models.blocks.LogSumExp;
import dev.medley.models.blocks.RatingRows;
import dev.medley.models.blocks.TrainedScorer;
import dev.medley.testkit.LiteralDisentangled.Draws;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** ADDVAE and its parts against the same written out. */
class AddVaeTest {

  static {
    Engine.start(1);
  }

  private static ItemDescription text(String title, String description) {
    return new ItemDescription(title, description, "", List.of(), "");
  }

  /**
   * Four items; "red" stands in three, "cup" and "tea" in two, all else in one: rarities log(5/4) +
   * 1 and log(5/3) + 1.
   */
  @Test
  void bagsOfWordsAreTfIdfOfTheUsersItems() {
    List<ItemDescription> texts =
        List.of(
            text("Red cup", "red"), text("cup, tea", ""), text("RED", "tea!"), text("red", "x"));
    ItemWords words = ItemWords.required("addvae", texts, 10);
    assertThat(words.words()).containsExactly("red", "cup", "tea");
    Interactions train = Interactions.ofPairs(3, 4, new int[] {0, 0, 1}, new int[] {0, 1, 2});
    double red = Math.log(5 / 4.0) + 1;
    double other = Math.log(5 / 3.0) + 1;
    double first = Math.sqrt(4 * red * red + 4 * other * other + other * other);
    double second = Math.sqrt(red * red + other * other);
    try (Scope scope = Scope.open();
        Parameters type = Parameters.from(new Seed(1), Precision.DOUBLE);
        RatingRows bags = words.ofUsers(train, type)) {
      double[] values = Doubles.toArray(bags.values());
      double[] expected = {
        2 * red / first, 2 * other / first, other / first, red / second, other / second
      };
      assertThat(Doubles.largestDifference(values, expected)).isLessThan(1e-6);
      assertThat(bags.count()).isEqualTo(3); // the last user has nothing
    }
    assertThat(ItemWords.required("addvae", texts, 1).words()).containsExactly("red");
  }

  @Test
  void aDatasetWithoutTextsIsRefusedInOneSentence() {
    Interactions train = Interactions.ofPairs(1, 2, new int[] {0}, new int[] {0});
    String rest =
        "; add an items.tsv with titles or descriptions to its folder, or choose a model that needs"
            + " interactions only";
    assertThatThrownBy(() -> AddVae.Config.DEFAULT.check(new TrainingView(train, List.of())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("model addvae: expected a dataset with texts of its items, got none" + rest);
    List<ItemDescription> strange = List.of(text("one", ""), text("two", "!"));
    assertThatThrownBy(
            () -> AddVae.Config.DEFAULT.check(new TrainingView(train, List.of(), strange)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "model addvae: expected a dataset with texts of its items, got no word that two items"
                + " have"
                + rest);
  }

  /** One row, two vectors of one dimension on each side, every step written out. */
  @Test
  void deAttentionByHand() {
    double[] q = {0.5, -1};
    double[] k = {2, 0.25};
    double[] expected = new double[2];
    for (int i = 0; i < 2; i++) {
      double[] near = {-Math.abs(q[i] - k[0]), -Math.abs(q[i] - k[1])};
      double mean = (near[0] + near[1]) / 2;
      for (int j = 0; j < 2; j++) {
        double weight = Math.tanh(q[i] * k[j]) / (1 + Math.exp(mean - near[j]));
        expected[i] += weight * k[j];
      }
    }
    try (Scope scope = Scope.open()) {
      List<Tensor> mixed = DeAttention.of(rows(q), rows(k));
      for (int i = 0; i < 2; i++) {
        assertThat(mixed.get(i).item().toDouble()).isCloseTo(expected[i], Offset.offset(1e-9));
      }
    }
  }

  @Test
  void theContrastTakesSameAgainstOtherParts() {
    try (Scope scope = Scope.open()) {
      double value = DeAttention.contrast(rows(1, 2), rows(3, -1)).item().toDouble();
      double same = (softplus(-3) + softplus(2)) / 2;
      double others = (softplus(-1) + softplus(6)) / 2;
      assertThat(value).isCloseTo(same + others, Offset.offset(1e-9));
      assertThat(DeAttention.contrast(rows(2), rows(3)).item().toDouble())
          .isCloseTo(softplus(-6), Offset.offset(1e-9));
    }
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  /** Each a 1 × 1 matrix. */
  private static List<Tensor> rows(double... values) {
    return Arrays.stream(values).mapToObj(value -> Doubles.of(new double[] {value}, 1, 1)).toList();
  }

  /** Users come in blocks of 4096: what a block needs goes with it, and users stay in order. */
  @Test
  void manyUsersHoldNoMoreThanFewAndKeepTheirOrder() {
    int many = 2 * 4096 + 3;
    float[] few = new float[3];
    float[] last = new float[3];
    long ofFew = scored(3, new int[] {2}, few);
    long ofMany = scored(many, new int[] {many - 1}, last);
    assertThat(ofMany).isEqualTo(ofFew);
    assertThat(last).containsExactly(few, Offset.offset(1e-5f));
    float[] other = new float[3];
    scored(many, new int[] {many - 2}, other); // has item 2 where the last one has item 1
    assertThat(Math.abs(other[0] - last[0])).isGreaterThan(1e-4f);
  }

  /**
   * The native objects that a scorer leaves in its scope; user u has item 0 and item 1 + u mod 2.
   */
  private static long scored(int users, int[] asked, float[] scores) {
    int[] rows = IntStream.range(0, 2 * users).map(k -> k / 2).toArray();
    int[] columns =
        IntStream.range(0, 2 * users).map(k -> k % 2 == 0 ? 0 : 1 + (k / 2) % 2).toArray();
    Interactions train = Interactions.ofPairs(users, 3, rows, columns);
    List<ItemDescription> texts =
        List.of(text("red cup", ""), text("red tea", ""), text("cup of tea", ""));
    AddVae.Config config =
        new AddVae.Config(
            new Disentangled.Form(2, 3, 4, 0.3, 0.1),
            10,
            0,
            0.2,
            0,
            0.2,
            0.2,
            AddVae.Config.DEFAULT.optimization());
    long start = Scope.liveHandles();
    long left;
    try (AddVae model =
            new AddVae(
                config, ModelInput.of(new TrainingView(train, List.of(), texts), new Seed(4)));
        Scope scope = Scope.open()) {
      long before = Scope.liveHandles();
      try (TrainedScorer scorer = NoGradient.of(model::scorer)) {
        left = Scope.liveHandles() - before;
        scorer.score(asked, scores);
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
    return left;
  }

  @Test
  void gatesSumToOneAndScoresAreThoseOfTheDecoder() {
    try (Scope scope = Scope.open();
        Parameters parameters = Parameters.from(new Seed(3))) {
      Disentangled network =
          new Disentangled(new Disentangled.Form(3, 4, 5, 0.3, 0.1), "items", 6, parameters);
      for (boolean training : new boolean[] {false, true}) {
        float[] sums = Tensors.toFloats(network.logGates(training).exp().sum(1));
        for (float sum : sums) {
          assertThat(sum).isCloseTo(1, Offset.offset(1e-5f));
        }
      }
      Interactions train =
          Interactions.ofPairs(2, 6, new int[] {0, 0, 1, 1}, new int[] {0, 3, 3, 5});
      try (RatingRows rows = RatingRows.ofUsers(train, RatingRows.Scaling.NONE, parameters)) {
        Tensor gates = network.logGates(false);
        List<Tensor> z = network.encoded(rows, gates, 0, false).z();
        for (Tensor part : z) {
          for (float length : Tensors.toFloats(part.square().sum(1))) {
            assertThat(length).isCloseTo(1, Offset.offset(1e-5f));
          }
        }
        float[] expected = Tensors.toFloats(network.logits(z, gates));
        try (LogSumExp scorer = network.scorer(z, gates);
            LogSumExp read =
                LogSumExp.of(
                    scorer.userVectors(), scorer.itemVectors(), scorer.columns(), scorer.parts())) {
          for (LogSumExp each : List.of(scorer, read)) {
            float[] scores = new float[12];
            each.score(new int[] {0, 1}, scores);
            for (int k = 0; k < 12; k++) {
              assertThat(scores[k]).isCloseTo(expected[k], Offset.offset(1e-4f));
            }
          }
        }
      }
    }
  }

  private static final Disentangled.Form FORM = new Disentangled.Form(3, 4, 5, 0.4, 0.3);
  private static final int ANNEAL = 4; // epochs

  /** Every word stands in several items, some twice. */
  private static final List<ItemDescription> TEXTS =
      IntStream.range(0, UnevenUsers.ITEMS)
          .mapToObj(
              item -> text("a%d b%d".formatted(item % 3, item % 4), "b%d".formatted(item % 4)))
          .toList();

  private static AddVae model(double inputDropout) {
    AddVae model =
        new AddVae(
            new AddVae.Config(
                FORM,
                10,
                inputDropout,
                0.7,
                ANNEAL,
                0.3,
                0.15,
                AddVae.Config.DEFAULT.optimization()),
            ModelInput.of(new TrainingView(UnevenUsers.train(), List.of(), TEXTS), new Seed(1))
                .with(Precision.DOUBLE));
    PlainRows.redraw(model.parameters(), new Seed(2));
    return model;
  }

  /** The bags of words of all users, U × V. */
  private static double[][] bags() {
    ItemWords words = ItemWords.required("addvae", TEXTS, 10);
    try (Parameters type = Parameters.from(new Seed(1), Precision.DOUBLE);
        RatingRows bags = words.ofUsers(UnevenUsers.train(), type)) {
      double[] unit = new double[words.size() * words.size()];
      for (int word = 0; word < words.size(); word++) {
        unit[word * words.size() + word] = 1;
      }
      double[] all =
          Doubles.toArray(bags.times(bags.values(), Doubles.of(unit, words.size(), words.size())));
      double[][] rows = new double[bags.count()][words.size()];
      for (int k = 0; k < all.length; k++) {
        rows[k / words.size()][k % words.size()] = all[k];
      }
      return rows;
    }
  }

  private static double[][] chosen(double[][] rows, int[] users) {
    return Arrays.stream(users).mapToObj(user -> rows[user]).toArray(double[][]::new);
  }

  /** What an encoder draws after the gates: for each prototype the entries to keep, then ε. */
  private static Draws drawn(double[][] rows, double[][] gumbel, double dropout) {
    int entries =
        (int) Arrays.stream(rows).flatMapToDouble(Arrays::stream).filter(x -> x != 0).count();
    double[][] kept = new double[FORM.prototypes()][];
    double[][][] noise = new double[FORM.prototypes()][][];
    for (int k = 0; k < FORM.prototypes(); k++) {
      kept[k] = UnevenUsers.kept(entries, dropout);
      noise[k] = UnevenUsers.normal(rows.length, FORM.dim());
    }
    return new Draws(gumbel, kept, noise);
  }

  private static double[][] gumbel(int columns) {
    return Draws.gumbel(UnevenUsers.uniform(columns, FORM.prototypes()));
  }

  /** Drawn from the generator as the model's: both gates, then what the encoders draw. */
  @Test
  void everyTermOfTheLossIsThatOfTheLiteralFormWithTheSameDraws() {
    int[] users = {5, 0, 3, 6};
    for (double dropout : new double[] {0, 0.5}) {
      try (AddVae model = model(dropout);
          Scope scope = Scope.open()) {
        double[][] items = chosen(UnevenUsers.dense(), users);
        double[][] words = chosen(bags(), users);
        torch.manual_seed(7);
        double[][] itemGumbel = gumbel(items[0].length);
        double[][] wordGumbel = gumbel(words[0].length);
        Draws itemDraws = drawn(items, itemGumbel, dropout);
        Draws wordDraws = drawn(words, wordGumbel, dropout);
        LiteralAddVae.Terms terms =
            new LiteralAddVae(FORM, model.parameters()).terms(items, words, itemDraws, wordDraws);
        Phase.Gradient<Batch.UserRows> phase = phase(model);
        for (int epoch : new int[] {1, ANNEAL - 1, ANNEAL + 5}) {
          phase.epochStart().prepare(epoch, new Seed(1).stream());
          double kl = 0.7 * Math.min(1, epoch / (double) ANNEAL);
          torch.manual_seed(7);
          LiteralLoss.mustEqual(
              phase.loss().apply(new Batch.UserRows(users)),
              List.of(
                  new LiteralLoss.Expected("nll", 1, terms.likelihood()),
                  new LiteralLoss.Expected("kl", kl, terms.divergence()),
                  new LiteralLoss.Expected("text-nll", 0.3, terms.textLikelihood()),
                  new LiteralLoss.Expected("text-kl", 0.3 * kl, terms.textDivergence()),
                  new LiteralLoss.Expected("alignment", 0.15, terms.alignment())));
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // its phase is on rows of users
  private static Phase.Gradient<Batch.UserRows> phase(AddVae model) {
    return (Phase.Gradient<Batch.UserRows>) model.phases().get(0);
  }

  @Test
  void scoresAreWhatTheItemsDecoderGivesWhereNothingIsDrawn() {
    try (AddVae model = model(0.5);
        Scope scope = Scope.open()) {
      double[][] items = UnevenUsers.dense();
      double[][] words = bags();
      double[][] expected =
          new LiteralAddVae(FORM, model.parameters())
              .scores(items, words, Draws.none(FORM, items), Draws.none(FORM, words));
      float[] scores = ModelContract.scores(model);
      double[] all = PlainRows.concatenated(expected);
      for (int k = 0; k < scores.length; k++) {
        assertThat((double) scores[k]).isCloseTo(all[k], Offset.offset(1e-6));
      }
    }
  }
}
