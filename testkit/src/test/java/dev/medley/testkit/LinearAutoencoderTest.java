package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.core.TrainingView;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.AddEase;
import dev.medley.models.Cease;
import dev.medley.models.EaseKnn;
import dev.medley.models.L3ae;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Phase;
import dev.medley.models.SparseEase;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.LargestOfRows;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** EASEᴿ with features and EASEᴿ of few neighbours, against their formulas in float64. */
class LinearAutoencoderTest {

  static {
    Engine.start(1);
  }

  private static final Interactions TRAIN = ContractData.of(0).dataset().train();
  private static final List<FeatureMatrix> FEATURES =
      ContractData.of(2).withMissingRow().dataset().features();

  private static ModelInput input(Precision precision) {
    return ModelInput.of(new TrainingView(TRAIN, FEATURES), new Seed(1)).with(precision);
  }

  private static void fit(Model model, int phase, int candidate) {
    ((Phase.ClosedForm) model.phases().get(phase)).candidates().get(candidate).fit().run();
  }

  private static void mustScore(Model model, Interactions train, double[][] weights) {
    double[][] expected = LiteralLeastSquares.product(LiteralLeastSquares.dense(train), weights);
    float[] scores = ModelContract.scores(model);
    int items = train.items();
    for (int user = 0; user < expected.length; user++) {
      for (int item = 0; item < items; item++) {
        assertThat((double) scores[user * items + item])
            .as("user %d, item %d", user, item)
            .isCloseTo(expected[user][item], Offset.offset(2e-5));
      }
    }
  }

  /** Fᵀ as a table, I × Σ d_m, zeros where an item lacks a modality. */
  private static double[][] features(List<FeatureMatrix> features) {
    double[][] table = new double[TRAIN.items()][];
    for (int item = 0; item < table.length; item++) {
      int row = item;
      table[item] =
          features.stream()
              .flatMapToDouble(
                  matrix -> {
                    float[] values = new float[matrix.dimension()];
                    matrix.copyRow(row, values, 0);
                    return IntStream.range(0, values.length).mapToDouble(k -> values[k]);
                  })
              .toArray();
    }
    return table;
  }

  private static double[][] sum(double[][] left, double weight, double[][] right) {
    double[][] sum = new double[left.length][left.length];
    for (int i = 0; i < left.length; i++) {
      for (int j = 0; j < left.length; j++) {
        sum[i][j] = left[i][j] + weight * right[i][j];
      }
    }
    return sum;
  }

  @Test
  void easeKnnAddsTheCosinesOfTheNearestWithoutTheItemItself() {
    double[][] b = LiteralLeastSquares.autoencoder(LiteralLeastSquares.dense(TRAIN), 10);
    double[][] x = features(FEATURES);
    int items = x.length;
    double[][] s = new double[items][items];
    double[][] cosines = LiteralLeastSquares.product(x, LiteralLeastSquares.transposed(x));
    for (int i = 0; i < items; i++) {
      int row = i;
      double[] cosine =
          IntStream.range(0, items)
              .mapToDouble(j -> cosines[row][j] / Math.sqrt(cosines[row][row] * cosines[j][j]))
              .toArray();
      IntStream.range(0, items)
          .boxed()
          .sorted((j, k) -> Double.compare(cosine[k], cosine[j]))
          .limit(5)
          .filter(j -> j != row)
          .forEach(j -> s[row][j] = cosine[j]);
    }
    for (double weight : new double[] {0, 0.7}) {
      EaseKnn.Config config = new EaseKnn.Config(10.0, weight, 5, FeatureScaling.RAW);
      try (EaseKnn model = new EaseKnn(config, input(Precision.FLOAT))) {
        fit(model, 0, 0);
        mustScore(model, TRAIN, sum(b, weight, s));
      }
    }
  }

  @Test
  void addEaseAddsTheAutoencoderOfTheFeatures() {
    double[][] b = LiteralLeastSquares.autoencoder(LiteralLeastSquares.dense(TRAIN), 10);
    double[][] c =
        LiteralLeastSquares.autoencoder(LiteralLeastSquares.transposed(features(FEATURES)), 2);
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      AddEase.Config config = new AddEase.Config(10.0, 2.0, 0.4, FeatureScaling.RAW);
      try (AddEase model = new AddEase(config, input(precision))) {
        fit(model, 0, 0);
        mustScore(model, TRAIN, sum(b, 0.4, c));
      }
    }
  }

  @Test
  void ceaseIsTheAutoencoderOfInteractionsAndFeaturesBelowEachOther() {
    double weight = 0.25;
    double[][] r = LiteralLeastSquares.dense(TRAIN);
    double[][] f = LiteralLeastSquares.transposed(features(FEATURES));
    double[][] stacked = new double[r.length + f.length][];
    System.arraycopy(r, 0, stacked, 0, r.length);
    for (int row = 0; row < f.length; row++) {
      double[] values = f[row];
      stacked[r.length + row] =
          IntStream.range(0, values.length)
              .mapToDouble(k -> Math.sqrt(weight) * values[k])
              .toArray();
    }
    Cease.Config config = new Cease.Config(10.0, weight, FeatureScaling.RAW);
    try (Cease model = new Cease(config, input(Precision.FLOAT))) {
      fit(model, 0, 0);
      mustScore(model, TRAIN, LiteralLeastSquares.autoencoder(stacked, 10));
    }
  }

  /**
   * Column by column, with the item's own row left out of the normal equations instead of a
   * multiplier: (RᵀR + λI) b = Rᵀr_j + w c_j over all i ≠ j.
   */
  @Test
  void l3aeSolvesTheNormalEquationsOfItsSecondStage() {
    double l2 = 10;
    double weight = 6;
    double[][] r = LiteralLeastSquares.dense(TRAIN);
    double[][] gram = LiteralLeastSquares.product(LiteralLeastSquares.transposed(r), r);
    double[][] c =
        LiteralLeastSquares.autoencoder(LiteralLeastSquares.transposed(features(FEATURES)), 2);
    int items = gram.length;
    double[][] b = new double[items][items];
    for (int j = 0; j < items; j++) {
      int column = j;
      int[] others = IntStream.range(0, items).filter(i -> i != column).toArray();
      double[][] a = new double[others.length][others.length];
      double[][] right = new double[others.length][1];
      for (int m = 0; m < others.length; m++) {
        for (int n = 0; n < others.length; n++) {
          a[m][n] = gram[others[m]][others[n]] + (m == n ? l2 : 0);
        }
        right[m][0] = gram[others[m]][j] + weight * c[others[m]][j];
      }
      double[][] solved = LiteralLeastSquares.product(LiteralLeastSquares.inverse(a), right);
      for (int m = 0; m < others.length; m++) {
        b[others[m]][j] = solved[m][0];
      }
    }
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      L3ae.Config config = new L3ae.Config(l2, 2.0, weight, FeatureScaling.RAW);
      try (L3ae model = new L3ae(config, input(precision))) {
        fit(model, 0, 0);
        mustScore(model, TRAIN, b);
      }
    }
  }

  /** Whatever was fitted before, a candidate gives the same bytes. */
  @Test
  void aCandidateDoesNotDependOnThoseBeforeIt() {
    List<Model> models =
        List.of(
            new EaseKnn(EaseKnn.Config.DEFAULT, input(Precision.FLOAT)),
            new AddEase(AddEase.Config.DEFAULT, input(Precision.FLOAT)),
            new Cease(Cease.Config.DEFAULT, input(Precision.FLOAT)),
            new L3ae(L3ae.Config.DEFAULT, input(Precision.FLOAT)));
    for (Model model : models) {
      try (model) {
        fit(model, 0, 2);
        float[] alone = ModelContract.scores(model);
        fit(model, 1, 3);
        float[] together = ModelContract.scores(model);
        assertThat(together).isNotEqualTo(alone);
        fit(model, 0, 7);
        fit(model, 1, 1);
        fit(model, 0, 2);
        assertThat(ModelContract.scores(model)).isEqualTo(alone);
        fit(model, 1, 3);
        assertThat(ModelContract.scores(model)).isEqualTo(together);
        fit(model, 1, 0); // no features
        assertThat(ModelContract.scores(model)).isEqualTo(alone);
      }
    }
  }

  @Test
  void sparseEaseIsEaseWhereNothingIsCutOff() {
    for (Interactions train : List.of(TRAIN, twoShops())) {
      for (double l2 : new double[] {0.5, 10, 500}) {
        ModelInput input = ModelInput.of(new TrainingView(train, List.of()), new Seed(1));
        SparseEase.Config config = new SparseEase.Config(l2, train.items() - 1);
        try (SparseEase model = new SparseEase(config, input)) {
          fit(model, 0, 0);
          mustScore(
              model, train, LiteralLeastSquares.autoencoder(LiteralLeastSquares.dense(train), l2));
        }
      }
    }
  }

  private static Interactions twoShops() {
    return Interactions.ofPairs(
        7,
        8,
        new int[] {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5},
        new int[] {0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6});
  }

  /** With 150 items the columns come in three blocks. */
  @Test
  void sparseEaseKeepsTheLargestWeightsOfEachRow() {
    mustKeepTheLargest(TRAIN, 4);
    Interactions wide = drawn(200, 150, 3000);
    mustKeepTheLargest(wide, 20);
    mustKeepTheLargest(wide, 149);
  }

  private static Interactions drawn(int users, int items, int count) {
    RandomStream random = new Seed(3).stream();
    int[] cells =
        IntStream.generate(() -> random.nextInt(users * items))
            .distinct()
            .limit(count)
            .sorted()
            .toArray();
    return Interactions.ofPairs(
        users,
        items,
        Arrays.stream(cells).map(cell -> cell / items).toArray(),
        Arrays.stream(cells).map(cell -> cell % items).toArray());
  }

  private static void mustKeepTheLargest(Interactions train, int kept) {
    double[][] weights =
        LiteralLeastSquares.autoencoder(LiteralLeastSquares.dense(train), 10); // I × I
    for (double[] row : weights) {
      double[] sizes = Arrays.stream(row).map(Math::abs).sorted().toArray();
      double least = sizes[sizes.length - kept];
      double next = sizes[sizes.length - kept - 1];
      assertThat(least == 0 || least > next + 1e-6).as("no tie at the cut").isTrue();
      Arrays.setAll(row, k -> Math.abs(row[k]) < least ? 0 : row[k]);
    }
    for (Precision precision : new Precision[] {Precision.FLOAT, Precision.DOUBLE}) {
      ModelInput input =
          ModelInput.of(new TrainingView(train, List.of()), new Seed(1)).with(precision);
      try (SparseEase model = new SparseEase(new SparseEase.Config(10.0, kept), input)) {
        fit(model, 0, 0);
        mustScore(model, train, weights);
      }
    }
  }

  /** A λ of which the inverse, and far more its square, is next to nothing in float32. */
  @Test
  void sparseEaseFitsAVeryLargeL2() {
    for (double l2 : new double[] {1e12, 1e30, 1e38}) {
      try (SparseEase model =
          new SparseEase(new SparseEase.Config(l2, 4), input(Precision.FLOAT))) {
        fit(model, 0, 0);
        assertThat(ModelContract.scores(model)).hasSize(TRAIN.users() * TRAIN.items());
      }
    }
  }

  @Test
  void sparseEaseTellsHowManyNeighborsItKeeps() {
    try (SparseEase model = new SparseEase(SparseEase.Config.DEFAULT, input(Precision.FLOAT))) {
      Phase.ClosedForm fit = (Phase.ClosedForm) model.phases().get(0);
      assertThat(fit.candidates().get(0).chosen()).containsEntry("neighbors", 29);
    }
  }

  @Test
  void moreNeighborsThanMemoryHoldsAreRefusedBeforeAnythingIsMade() {
    long before = Scope.liveHandles();
    TrainingView data = new TrainingView(Interactions.empty(1, 4_000_000), List.of());
    String rest = " GiB, got [0-9.]+ GiB available; set fewer neighbors, or leave out rare items";
    mustBeRefused(
        new SparseEase.Config(1.0, 500),
        data,
        "model sparse-ease: expected memory for 500 neighbors of each of 4000000 items, 29\\.8"
            + rest);
    mustBeRefused(
        SparseEase.Config.DEFAULT,
        data,
        "model sparse-ease: expected memory for 100 neighbors of each of 4000000 items, 6\\.0"
            + rest);
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }

  private static void mustBeRefused(SparseEase.Config config, TrainingView data, String message) {
    assertThatThrownBy(() -> new SparseEase(config, ModelInput.of(data, new Seed(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageMatching(message);
  }

  /** 16 × 1000 × 100 bytes. */
  @Test
  void theEstimateOfFewNeighborsIsThatOfItsArrays() {
    LargestOfRows.refuseBeyond("sparse-ease", 1000, 100, OptionalLong.of(1_600_000));
    LargestOfRows.refuseBeyond("sparse-ease", 1000, 100, OptionalLong.empty());
    assertThatThrownBy(
            () -> LargestOfRows.refuseBeyond("sparse-ease", 1000, 100, OptionalLong.of(1_599_999)))
        .isInstanceOf(InvalidInputException.class);
  }

  /** 100 neighbours of each of 30 million items are more than an array can number. */
  @Test
  void neighborsBeyondWhatAnArrayNumbersAreRefused() {
    TrainingView data = new TrainingView(Interactions.empty(1, 30_000_000), List.of());
    assertThatThrownBy(() -> new SparseEase.Config(1.0, 100).check(data))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected at most 71 for 30000000 items, got 100");
    assertThatThrownBy(() -> SparseEase.Config.DEFAULT.check(data))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("neighbors: expected at most 71 for 30000000 items, got 100");
    SparseEase.Config.DEFAULT.check(new TrainingView(Interactions.empty(1, 1), List.of()));
  }

  @Test
  void asManyNeighborsAsItemsAreRefused() {
    mustBeRefused(
        new SparseEase.Config(1.0, 30),
        new TrainingView(TRAIN, List.of()),
        "neighbors: expected fewer than the 30 items, got 30");
  }

  @Test
  void theDefaultIsAllOthersWhereThereAreFewer() {
    double[][] weights = LiteralLeastSquares.autoencoder(LiteralLeastSquares.dense(TRAIN), 10);
    try (SparseEase model =
        new SparseEase(
            new SparseEase.Config(10.0, SparseEase.Config.DEFAULT.neighbors()),
            input(Precision.FLOAT))) {
      fit(model, 0, 0);
      mustScore(model, TRAIN, weights);
    }
  }

  @Test
  void anL2TooSmallForFloat32IsRefusedInOneSentence() {
    FeatureMatrix alike = DenseFeatures.of("image", new float[30][2]);
    ModelInput input = ModelInput.of(new TrainingView(TRAIN, List.of(alike)), new Seed(1));
    try (SparseEase model = new SparseEase(new SparseEase.Config(1e-12, 5), input)) {
      assertThatThrownBy(() -> fit(model, 0, 0))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("l2: expected enough for RᵀR + λI to be positive definite");
    }
    AddEase.Config config = new AddEase.Config(1.0, 1e-12, 1.0, FeatureScaling.RAW);
    try (AddEase model = new AddEase(config, input(Precision.FLOAT))) {
      assertThatThrownBy(() -> fit(model, 0, 0))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(
              "featureL2: expected enough for FᵀF + λ_F I to be positive definite in float32");
    }
  }
}
