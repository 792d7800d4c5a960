package dev.medley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.core.Seed;
import dev.medley.engine.Engine;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.models.AutoencoderSettings;
import dev.medley.models.Batch;
import dev.medley.models.Cadmr;
import dev.medley.models.GlocalK;
import dev.medley.models.GlocalK.Convolved;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.Phase;
import dev.medley.models.Settings;
import dev.medley.models.blocks.ItemAutoencoder;
import dev.medley.models.blocks.KernelWeights;
import dev.medley.models.blocks.RatingRows;
import dev.medley.training.StepRule;
import dev.medley.training.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The phases of GLocal-K, that CADMR counts its own alike, and its literal form. */
class GlocalKTest {

  static {
    Engine.start(1);
  }

  private static final Dataset DATASET = ContractData.of(1).dataset();

  private static Settings settings(String... pairs) {
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    given.put("hiddenDim", new Settings.Given("6", "--set"));
    for (String pair : pairs) {
      String[] both = pair.split("=", -1);
      given.put(both[0], new Settings.Given(both[1], "--set"));
    }
    return new Settings(given);
  }

  /** Names and epochs of the phases, of GLocal-K and then of CADMR. */
  private static List<String> phases(String... pairs) {
    ModelInput input = ModelInput.of(DATASET.trainingView(), new Seed(1));
    List<String> phases = new ArrayList<>();
    try (Model one = new GlocalK(GlocalK.Config.read(settings(pairs)), input);
        Model two = new Cadmr(Cadmr.Config.read(settings(pairs)), input)) {
      for (Model model : List.of(one, two)) {
        for (Phase phase : model.phases()) {
          phases.add(phase.name() + " " + ((Phase.Gradient<?>) phase).epochs());
        }
      }
    }
    return phases;
  }

  @Test
  void epochsCapEachPhase() {
    assertThat(phases("pretrainEpochs=7", "epochs=3"))
        .containsExactly("pretrain 3", "finetune 3", "pretrain 3", "finetune 3");
    assertThat(phases("pretrainEpochs=2", "epochs=3"))
        .containsExactly("pretrain 2", "finetune 3", "pretrain 2", "finetune 3");
  }

  @Test
  void aFirstPhaseThatIsNotGivenIsNoLongerThanTheSecond() {
    assertThat(phases("epochs=3"))
        .containsExactly("pretrain 3", "finetune 3", "pretrain 3", "finetune 3");
  }

  @Test
  void noEpochsLeaveTheFirstPhaseOut() {
    assertThat(phases("pretrainEpochs=0", "epochs=3")).containsExactly("finetune 3", "finetune 3");
  }

  @Test
  void aModelThatHasBeenTrainedInItsSecondPhaseAloneScores() throws IOException {
    GlocalK.Config config =
        GlocalK.Config.read(settings("pretrainEpochs=0", "epochs=2", "evaluateEvery=1"));
    try (GlocalK model = new GlocalK(config, ModelInput.of(DATASET.trainingView(), new Seed(1)))) {
      float[] before = ModelContract.scores(model);
      ModelContract.train(model, DATASET, StepRule.PLAIN);
      assertThat(ModelContract.parameters(model).get("global/pooled")).isNotNull();
      float[] after = ModelContract.scores(model);
      assertThat(after).isNotEqualTo(before);
      for (float score : after) {
        assertThat(score).isFinite();
      }
    }
  }

  @Test
  void withoutAnyPhaseOrBelowZeroIsRefusedInOneSentence() {
    assertThatThrownBy(() -> GlocalK.Config.read(settings("pretrainEpochs=0", "globalKernel=none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "pretrainEpochs: expected at least 1 with globalKernel none, which has no other phase,"
                + " got 0");
    assertThatThrownBy(() -> GlocalK.Config.read(settings("pretrainEpochs=-1")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("pretrainEpochs: expected a whole number of at least 0, got -1");
  }

  private static GlocalK.Config config(
      Convolved convolved, ItemAutoencoder.Activation activation, double dropout, int pretrain) {
    boolean deep = activation == ItemAutoencoder.Activation.TANH;
    return new GlocalK.Config(
        new AutoencoderSettings(
            new ItemAutoencoder.Form(6, deep ? 2 : 1, activation, KernelWeights.Kernel.LOCAL),
            deep ? RatingRows.Scaling.SQRT : RatingRows.Scaling.NONE,
            dropout,
            0.2,
            0.03,
            0.05),
        convolved,
        0.01,
        pretrain,
        new Optimization(0.01, 64, 3, 1, 10));
  }

  private static GlocalK model(GlocalK.Config config) {
    GlocalK model =
        new GlocalK(
            config, ModelInput.of(DATASET.trainingView(), new Seed(1)).with(Precision.DOUBLE));
    PlainRows.redraw(model.parameters(), new Seed(2));
    return model;
  }

  private static LiteralItemAutoencoder literal(GlocalK.Config config, GlocalK model) {
    return new LiteralItemAutoencoder(config.autoencoder(), DATASET.train(), model.parameters());
  }

  /** What the autoencoder of the second phase is given, I × U. */
  private static double[][] given(Convolved convolved, LiteralItemAutoencoder literal) {
    double[][] input = literal.input();
    if (convolved == Convolved.NONE) {
      return input;
    }
    double[][] given = literal.convolved();
    if (convolved == Convolved.RESIDUAL) {
      for (int item = 0; item < given.length; item++) {
        for (int user = 0; user < given[item].length; user++) {
          given[item][user] += input[item][user];
        }
      }
    }
    return given;
  }

  private static void scoresMustBe(double[][] reconstruction, GlocalK model, String what) {
    float[] scores = ModelContract.scores(model); // U × I
    for (int k = 0; k < scores.length; k++) {
      assertThat((double) scores[k])
          .as(what)
          .isCloseTo(
              reconstruction[k % ContractData.ITEMS][k / ContractData.ITEMS], Offset.offset(1e-6));
    }
  }

  @Test
  void scoresAreTheReconstructionOfWhatEachFormOfConvolutionGives() {
    for (Convolved convolved : Convolved.values()) {
      for (ItemAutoencoder.Activation activation : ItemAutoencoder.Activation.values()) {
        GlocalK.Config config = config(convolved, activation, 0.5, 2);
        try (GlocalK model = model(config);
            Scope scope = Scope.open()) {
          LiteralItemAutoencoder literal = literal(config, model);
          String what = convolved + " " + activation;
          scoresMustBe(literal.reconstruction(given(convolved, literal)), model, what);
          phase(model, "pretrain").epochStart().prepare(1, new Seed(1).stream());
          scoresMustBe(literal.reconstruction(literal.input()), model, what + " pretrain");
        }
      }
    }
  }

  @Test
  void everyTermOfTheLossOfEachPhaseIsThatOfTheLiteralForm() {
    int[] all = IntStream.range(0, ContractData.ITEMS).toArray();
    for (Convolved convolved : Convolved.values()) {
      for (ItemAutoencoder.Activation activation : ItemAutoencoder.Activation.values()) {
        GlocalK.Config config = config(convolved, activation, 0, 2);
        try (GlocalK model = model(config);
            Scope scope = Scope.open()) {
          LiteralItemAutoencoder literal = literal(config, model);
          for (Phase phase : model.phases()) {
            Phase.Gradient<Batch.ItemRows> running = phase(model, phase.name());
            running.epochStart().prepare(2, new Seed(1).stream());
            double[][] input =
                phase.name().equals("pretrain") ? literal.input() : given(convolved, literal);
            LiteralLoss.mustEqual(
                running.loss().apply(new Batch.ItemRows(all)),
                List.of(
                    new LiteralLoss.Expected(
                        "mse", 1, literal.error(all, literal.reconstruction(input))),
                    new LiteralLoss.Expected("l2", 0.03, literal.penalty()),
                    new LiteralLoss.Expected("kernel-l2", 0.05, literal.kernelPenalty())));
          }
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // its phases are on rows of items
  private static Phase.Gradient<Batch.ItemRows> phase(GlocalK model, String name) {
    return (Phase.Gradient<Batch.ItemRows>)
        model.phases().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** The mean over the users of each item's row of Y = AE(X̃), computed from Y itself. */
  private static double[] meansOfRows(LiteralItemAutoencoder literal) {
    return Arrays.stream(literal.reconstruction(literal.input()))
        .mapToDouble(row -> Arrays.stream(row).average().orElseThrow())
        .toArray();
  }

  private static double[] pooled(GlocalK model) {
    return PlainRows.parameter(model, "global/pooled")[0];
  }

  @Test
  void theSecondPhaseTakesTheMeansOfWholeReconstructedRowsAtItsFirstEpochAlone() {
    for (Convolved convolved : new Convolved[] {Convolved.LITERAL, Convolved.RESIDUAL}) {
      for (ItemAutoencoder.Activation activation : ItemAutoencoder.Activation.values()) {
        for (int pretrain : new int[] {0, 2}) {
          GlocalK.Config config = config(convolved, activation, 0.5, pretrain);
          try (GlocalK model = model(config);
              Scope scope = Scope.open()) {
            double[] before = pooled(model);
            if (pretrain > 0) {
              phase(model, "pretrain").epochStart().prepare(1, new Seed(1).stream());
              assertThat(pooled(model)).isEqualTo(before);
            }
            LiteralItemAutoencoder literal = literal(config, model);
            double[] expected = meansOfRows(literal);
            Phase.EpochStart second = phase(model, "finetune").epochStart();
            second.prepare(1, new Seed(1).stream());
            assertThat(pooled(model)).containsExactly(expected, Offset.offset(1e-12));
            double[] taken = pooled(model);
            model.parameters().set("decoder/bias", new float[ContractData.USERS]);
            assertThat(meansOfRows(literal)[0]).isNotCloseTo(taken[0], Offset.offset(1e-3));
            second.prepare(2, new Seed(1).stream());
            assertThat(pooled(model)).isEqualTo(taken);
          }
        }
      }
    }
  }

  @Test
  void theLoopTakesTheMeansFromWhatTheFirstPhaseLearnedAndMovesThemNoMore() throws IOException {
    GlocalK.Config config = config(Convolved.RESIDUAL, ItemAutoencoder.Activation.TANH, 0.5, 3);
    try (GlocalK model = new GlocalK(config, ModelInput.of(DATASET.trainingView(), new Seed(1)))) {
      List<double[]> learned = new ArrayList<>(); // at the start of each phase
      List<double[]> pooled = new ArrayList<>(); // after each step of the second phase
      TrainingListener recording =
          new TrainingListener() {
            @Override
            public void phaseStarted(Phase phase, int epochsDone) {
              try (Scope scope = Scope.open()) {
                learned.add(meansOfRows(literal(config, model)));
              }
            }

            @Override
            public void stepped(int epoch, int batch, int batches) {
              try (Scope scope = Scope.open()) {
                if (learned.size() == 2) {
                  pooled.add(pooled(model));
                }
              }
            }
          };
      ModelContract.train(model, DATASET, StepRule.PLAIN, recording);
      assertThat(pooled).hasSize(3);
      for (double[] each : pooled) {
        assertThat(each).containsExactly(learned.get(1), Offset.offset(1e-6));
        assertThat(each).isEqualTo(pooled.get(0));
      }
      assertThat(Doubles.largestDifference(learned.get(0), learned.get(1))).isGreaterThan(1e-2);
    }
  }
}
