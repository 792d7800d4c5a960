package dev.medley.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import dev.medley.engine.Parameter;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.formats.Safetensors;
import dev.medley.models.Loss;
import dev.medley.models.Model;
import dev.medley.models.Phase;
import dev.medley.training.Toys.OneNumber;
import dev.medley.training.Toys.Told;
import dev.medley.training.Toys.TwoPhases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir Path folder;

  private static TrainingResult train(
      Model model, Validation validation, StepRule rule, TrainingListener... listeners)
      throws IOException {
    try (Checkpoints memory = Checkpoints.inMemory()) {
      return run(model, validation, memory, rule, listeners);
    }
  }

  private static TrainingResult run(
      Model model,
      Validation validation,
      Checkpoints checkpoints,
      StepRule rule,
      TrainingListener... listeners)
      throws IOException {
    return new Trainer(
            model, Toys.view(), Toys.SEED, validation, checkpoints, rule, List.of(listeners))
        .run();
  }

  private static List<String> phaseAndEpoch(Told told) {
    return told.lines.stream()
        .map(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1)))
        .toList();
  }

  @Test
  void phasesRunInOrderAndTheLastEpochOfEachIsEvaluated() throws IOException {
    Told told = new Told();
    try (TwoPhases model = new TwoPhases(new int[] {5, 4}, 2, 100)) {
      TrainingResult result = train(model, Toys.measured(), StepRule.PLAIN, told);
      assertThat(phaseAndEpoch(told))
          .containsExactly("pretrain 2", "pretrain 4", "pretrain 5", "finetune 2", "finetune 4");
      assertThat(result.epochs()).isEqualTo(9);
      assertThat(model.started).hasSize(9).doesNotHaveDuplicates();
      assertThat(model.started.get(5)).startsWith("finetune 1 ");
    }
  }

  @Test
  void everyPhaseStartsFromTheBestParametersOfTheOneBeforeAndTheModelEndsWithTheBest()
      throws IOException {
    List<Map<String, float[]>> evaluated = new ArrayList<>();
    Map<String, Map<String, float[]>> started = new HashMap<>();
    try (TwoPhases model = new TwoPhases(new int[] {4, 3}, 1, 100)) {
      TrainingListener watch =
          new TrainingListener() {
            @Override
            public void phaseStarted(Phase phase, int epochsDone) {
              started.put(phase.name(), Toys.parameters(model));
            }

            @Override
            public void evaluated(Evaluated told) {
              evaluated.add(Toys.parameters(model));
            }
          };
      TrainingResult result =
          train(model, Toys.scripted(.1, .3, .2, .2, .5, .4, .3), StepRule.PLAIN, watch);
      assertThat(result.bestEpoch()).isEqualTo(1);
      same(started.getOrDefault("finetune", Map.of()), evaluated.get(1));
      same(Toys.parameters(model), evaluated.get(4));
      assertThat(evaluated.get(6).get("layer")).isNotEqualTo(evaluated.get(4).get("layer"));
    }
  }

  private static void same(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((name, value) -> assertThat(value).as(name).isEqualTo(expected.get(name)));
  }

  @Test
  void aPhaseMovesItsOwnParametersOnly() throws IOException {
    try (TwoPhases model = new TwoPhases(new int[] {3, 1}, 1, 100)) {
      Map<String, float[]> start = Toys.parameters(model);
      List<Map<String, float[]>> evaluated = new ArrayList<>();
      train(
          model,
          Toys.scripted(1, 2, 3, 4),
          StepRule.PLAIN,
          new TrainingListener() {
            @Override
            public void evaluated(Evaluated told) {
              evaluated.add(Toys.parameters(model));
            }
          });
      assertThat(evaluated.get(2).get("layer")).isEqualTo(start.get("layer"));
      assertThat(evaluated.get(2).get("encoder")).isNotEqualTo(start.get("encoder"));
      assertThat(evaluated.get(3).get("layer")).isNotEqualTo(start.get("layer"));
    }
  }

  @Test
  void aPhaseEndsAfterPatienceEvaluationsWithoutABetterOne() throws IOException {
    Told told = new Told();
    try (TwoPhases model = new TwoPhases(new int[] {50, 50}, 1, 3)) {
      TrainingResult result =
          train(
              model,
              Toys.scripted(.1, .3, .2, .3, .1, /* finetune */ .2, .1, .25, .2, .2, .25),
              StepRule.PLAIN,
              told);
      assertThat(phaseAndEpoch(told))
          .containsExactly(
              "pretrain 1",
              "pretrain 2",
              "pretrain 3",
              "pretrain 4",
              "pretrain 5",
              "finetune 1",
              "finetune 2",
              "finetune 3",
              "finetune 4",
              "finetune 5",
              "finetune 6");
      assertThat(result.bestEpoch()).isEqualTo(3);
    }
  }

  /** Thrown by a listener, in place of a killed process. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Stops after so many evaluations: before their checkpoint, or at the next step. */
  private static final class Stop implements TrainingListener {
    private final int after;
    private final boolean beforeCheckpoint;
    private int evaluations;

    Stop(int after, boolean beforeCheckpoint) {
      this.after = after;
      this.beforeCheckpoint = beforeCheckpoint;
    }

    @Override
    public void evaluated(Evaluated told) {
      if (++evaluations == after && beforeCheckpoint) {
        throw new Stopped();
      }
    }

    @Override
    public void stepped(int epoch, int batch, int batches) {
      if (evaluations == after) {
        throw new Stopped();
      }
    }
  }

  @Test
  void resumingAfterAnyEvaluationOfEitherPhaseGivesTheSameBitForBit() throws IOException {
    long start = Scope.liveHandles();
    Told whole = new Told();
    Map<String, float[]> expected;
    TrainingResult uninterrupted;
    try (TwoPhases model = new TwoPhases(new int[] {4, 5}, 1, 100)) {
      uninterrupted =
          run(
              model,
              Toys.measured(),
              Checkpoints.in(folder.resolve("whole")),
              StepRule.PLAIN,
              whole);
      expected = Toys.parameters(model);
    }
    assertThat(whole.lines).hasSize(9);
    for (boolean beforeCheckpoint : new boolean[] {false, true}) {
      for (int stop = 1; stop <= (beforeCheckpoint ? 9 : 8); stop++) {
        Checkpoints kept = Checkpoints.in(folder.resolve(stop + "-" + beforeCheckpoint));
        Told told = new Told();
        int at = stop;
        assertThatThrownBy(
                () -> {
                  try (TwoPhases model = new TwoPhases(new int[] {4, 5}, 1, 100)) {
                    run(
                        model,
                        Toys.measured(),
                        kept,
                        StepRule.PLAIN,
                        told,
                        new Stop(at, beforeCheckpoint));
                  }
                })
            .isInstanceOf(Stopped.class);
        if (stop == 1 && beforeCheckpoint) {
          assertThat(kept.exists()).isFalse();
          told.lines.clear();
        }
        try (TwoPhases model = new TwoPhases(new int[] {4, 5}, 1, 100)) {
          TrainingResult result = run(model, Toys.measured(), kept, StepRule.PLAIN, told);
          assertThat(told.lines).as("stopped after %d", stop).isEqualTo(whole.lines);
          same(Toys.parameters(model), expected);
          assertThat(result.bestEpoch()).isEqualTo(uninterrupted.bestEpoch());
          assertThat(result.epochs()).isEqualTo(uninterrupted.epochs());
        }
      }
    }
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  /** A number that the losses of odd epochs touch, and another one that all do. */
  private static OneNumber touchedInOddEpochs() {
    int[] epoch = {0};
    return new OneNumber(
        self -> {
          Parameter always = self.parameters().uniform("always", 1, 1);
          return List.of(
              self.steps(
                      5,
                      call -> {
                        Tensor loss = always.value().square().sum();
                        return Loss.of(
                            "sum", epoch[0] % 2 == 1 ? loss.add(self.value().exp().sum()) : loss);
                      },
                      "sum")
                  .atEpochStart((number, random) -> epoch[0] = number));
        });
  }

  @Test
  void aParameterThatSomeEpochsDoNotTouchStaysInThemAndResumesBitForBit() throws IOException {
    List<Float> numbers = new ArrayList<>();
    Map<String, float[]> expected;
    try (OneNumber model = touchedInOddEpochs()) {
      train(
          model,
          Toys.scripted(1, 2, 3, 4, 5),
          StepRule.PLAIN,
          new TrainingListener() {
            @Override
            public void evaluated(Evaluated told) {
              numbers.add(model.now());
            }
          });
      expected = Toys.parameters(model);
    }
    assertThat(numbers.get(1)).isEqualTo(numbers.get(0));
    assertThat(numbers.get(2)).isNotEqualTo(numbers.get(1));
    assertThat(numbers.get(3)).isEqualTo(numbers.get(2));
    for (int stop = 1; stop <= 4; stop++) {
      Checkpoints kept = Checkpoints.in(folder.resolve("after-" + stop));
      Stop at = new Stop(stop, false);
      assertThatThrownBy(
              () -> {
                try (OneNumber model = touchedInOddEpochs()) {
                  run(model, Toys.scripted(1, 2, 3, 4, 5), kept, StepRule.PLAIN, at);
                }
              })
          .isInstanceOf(Stopped.class);
      try (OneNumber model = touchedInOddEpochs()) {
        run(model, Toys.scripted(6, 7, 8, 9), kept, StepRule.PLAIN);
        same(Toys.parameters(model), expected);
      }
    }
  }

  @Test
  void aCheckpointOfANewerVersionIsRefused() throws IOException {
    Path state = folder.resolve("state.safetensors");
    Checkpoints kept = Checkpoints.in(folder);
    kept.refuseNewer(); // where there is none
    Safetensors.write(state, Map.of("format_version", "2"), List.of());
    assertThatThrownBy(kept::refuseNewer)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            state
                + ", field format_version: expected at most 1, got 2; go on with the newer Medley that wrote it, or choose another --out");
    assertThatThrownBy(kept::progress).isInstanceOf(InvalidInputException.class);
    for (String other : List.of("0", "-3", "new", "")) {
      Safetensors.write(state, Map.of("format_version", other), List.of());
      kept.refuseNewer();
      assertThat(kept.progress()).as(other).isNull();
    }
  }

  @Test
  void aFinishedCheckpointIsNotTrainedFurther() throws IOException {
    Checkpoints kept = Checkpoints.in(folder);
    Map<String, float[]> expected;
    try (TwoPhases model = new TwoPhases(new int[] {2, 2}, 1, 100)) {
      run(model, Toys.measured(), kept, StepRule.PLAIN);
      expected = Toys.parameters(model);
    }
    try (TwoPhases model = new TwoPhases(new int[] {2, 2}, 1, 100)) {
      run(
          model,
          Toys.measured(),
          kept,
          (loss, check, adam, rate) -> {
            throw new IllegalStateException("a step after the end");
          });
      same(Toys.parameters(model), expected);
    }
  }

  @Test
  void aLossThatIsNotFiniteIsRefusedWithTermPhaseEpochAndBatch() {
    long start = Scope.liveHandles();
    assertThatThrownBy(
            () -> {
              try (OneNumber model =
                  new OneNumber(
                      self ->
                          List.of(
                              self.steps(
                                  9,
                                  call ->
                                      Loss.of("fine", self.value().sum())
                                          .plus(
                                              "broken",
                                              0,
                                              self.value()
                                                  .sum()
                                                  .mul(Tensors.scalar(call < 7 ? 1 : Double.NaN))),
                                  "fine",
                                  "broken")))) {
                train(model, Toys.scripted(1, 2, 3), StepRule.PLAIN);
              }
            })
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessage(
            "training diverged: loss term broken is NaN in phase steps, epoch 2, batch 3; try a smaller learningRate");
    assertThat(Scope.liveHandles()).isEqualTo(start);
  }

  @Test
  void gradientsDoNotAddUpOverSteps() throws IOException {
    List<Float> gradients = new ArrayList<>();
    try (OneNumber model =
        new OneNumber(
            self ->
                List.of(
                    self.steps(
                        2,
                        call -> Loss.of("sum", self.value().sum().mul(Tensors.scalar(call))),
                        "sum")))) {
      train(
          model,
          Toys.scripted(1, 2),
          StepRule.PLAIN,
          new TrainingListener() {
            @Override
            public void stepped(int epoch, int batch, int batches) {
              gradients.add(Tensors.toFloats(model.parameters().all().get(0).gradient())[0]);
            }
          });
      Parameter number = model.parameters().all().get(0);
      assertThat(number.gradient().defined()).as("gradient after training").isFalse();
    }
    assertThat(gradients).containsExactly(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f);
  }

  @Test
  void lossesOfAnEpochAreMeansOverItsBatchesBeforeTheWeight() throws IOException {
    List<Map<String, Double>> losses = new ArrayList<>();
    try (OneNumber model =
        new OneNumber(
            self ->
                List.of(
                    self.steps(
                        2,
                        call -> {
                          Tensor zero = self.value().sum().mul(Tensors.scalar(0));
                          return Loss.of("a", zero.add(Tensors.scalar(call)))
                              .plus("b", 100, zero.add(Tensors.scalar(2)));
                        },
                        "a",
                        "b")))) {
      train(
          model,
          Toys.scripted(1, 2),
          StepRule.PLAIN,
          new TrainingListener() {
            @Override
            public void evaluated(Evaluated told) {
              losses.add(told.losses());
            }
          });
    }
    assertThat(losses).containsExactly(Map.of("a", 2.5, "b", 2.0), Map.of("a", 6.5, "b", 2.0));
  }

  @Test
  void theGivenStepRuleTakesTheSteps() throws IOException {
    List<Double> rates = new ArrayList<>();
    try (OneNumber model =
        new OneNumber(
            self ->
                List.of(
                    self.steps(2, call -> Loss.of("sum", self.value().sum()), "sum")
                        .scheduled(epoch -> 1.0 / epoch)))) {
      float before = model.now();
      StepRule uphill =
          (loss, check, adam, rate) -> {
            rates.add(rate);
            StepRule.PLAIN.step(loss, check, adam, -rate);
          };
      train(model, Toys.scripted(1, 2), uphill);
      assertThat(rates).containsExactly(1.0, 1.0, 1.0, 1.0, .5, .5, .5, .5);
      // Adam's steps along a constant gradient have the size of the learning rate, 0.1.
      assertThat(model.now() - before).isCloseTo(0.6f, Offset.offset(1e-4f));
    }
  }

  private static Phase candidates(OneNumber model, List<Float> fitted, float... values) {
    List<Phase.Candidate> candidates = new ArrayList<>();
    for (float value : values) {
      candidates.add(
          new Phase.Candidate(
              Map.of("given", value),
              () -> {
                if (value < 0) {
                  throw new InvalidInputException("given: expected at least 0, got " + value);
                }
                fitted.add(value);
                model.given = value;
              }));
    }
    return new Phase.ClosedForm("fit", candidates);
  }

  @Test
  void theBestCandidateOfAClosedFormIsFittedAgain() throws IOException {
    List<Float> fitted = new ArrayList<>();
    Told told = new Told();
    try (OneNumber model = new OneNumber(self -> List.of(candidates(self, fitted, 1, 2, 3)))) {
      TrainingResult result = train(model, Toys.scripted(.1, .3, .2), StepRule.PLAIN, told);
      assertThat(fitted).containsExactly(1f, 2f, 3f, 2f);
      assertThat(model.given).isEqualTo(2f);
      assertThat(result.chosen()).isEqualTo(Map.of("given", 2f));
      assertThat(result.epochs()).isNull();
      assertThat(result.bestEpoch()).isNull();
      assertThat(phaseAndEpoch(told)).containsExactly("fit 1", "fit 2", "fit 3");
    }
  }

  @Test
  void theLastCandidateIsNotFittedTwice() throws IOException {
    List<Float> fitted = new ArrayList<>();
    try (OneNumber model = new OneNumber(self -> List.of(candidates(self, fitted, 1, 2)))) {
      train(model, Toys.scripted(.1, .3), StepRule.PLAIN);
      assertThat(fitted).containsExactly(1f, 2f);
    }
  }

  @Test
  void aCandidateThatCannotBeFittedIsLeftOut() throws IOException {
    List<Float> fitted = new ArrayList<>();
    Told told = new Told();
    try (OneNumber model = new OneNumber(self -> List.of(candidates(self, fitted, -1, 2, 3, -4)))) {
      TrainingResult result = train(model, Toys.scripted(.3, .1), StepRule.PLAIN, told);
      assertThat(fitted).containsExactly(2f, 3f, 2f);
      assertThat(result.chosen()).isEqualTo(Map.of("given", 2f));
      assertThat(phaseAndEpoch(told)).containsExactly("fit 2", "fit 3");
      assertThat(told.leftOut)
          .containsExactly(
              "fit 1: given: expected at least 0, got -1.0",
              "fit 4: given: expected at least 0, got -4.0");
    }
  }

  @Test
  void whereNoCandidateCanBeFittedTheLastOnesReasonIsTheFailure() throws IOException {
    for (float[] values : new float[][] {{-2}, {-1, -2}}) {
      Told told = new Told();
      try (OneNumber model =
          new OneNumber(self -> List.of(candidates(self, new ArrayList<>(), values)))) {
        assertThatThrownBy(() -> train(model, Toys.scripted(), StepRule.PLAIN, told))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("given: expected at least 0, got -2.0");
        assertThat(told.leftOut).hasSize(values.length > 1 ? values.length : 0);
      }
    }
  }

  @Test
  void resumingBehindAClosedFormFitsItAgainAndTellsNobody() throws IOException {
    Checkpoints kept = Checkpoints.in(folder);
    Validation byGiven =
        scorer -> {
          float[] scores = new float[scorer.items()];
          scorer.score(new int[] {0}, scores);
          return Map.of(Validation.DECIDING, (double) -Math.abs(Math.abs(scores[0]) - 1));
        };
    Told told = new Told();
    List<Float> fitted = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (OneNumber model = fitThenSteps(fitted)) {
                run(model, byGiven, kept, StepRule.PLAIN, told, new Stop(4, false));
              }
            })
        .isInstanceOf(Stopped.class);
    List<String> before = List.copyOf(told.lines);
    assertThat(phaseAndEpoch(told)).containsExactly("fit 1", "fit 2", "steps 1", "steps 2");
    try (OneNumber model = fitThenSteps(fitted)) {
      run(model, byGiven, kept, StepRule.PLAIN, told);
    }
    assertThat(phaseAndEpoch(told))
        .containsExactly("fit 1", "fit 2", "steps 1", "steps 2", "steps 3");
    assertThat(told.lines.subList(0, 4)).isEqualTo(before);
  }

  private static OneNumber fitThenSteps(List<Float> fitted) {
    return new OneNumber(
        self ->
            List.of(
                candidates(self, fitted, 1, 2),
                self.steps(3, call -> Loss.of("sum", self.value().sum()), "sum")));
  }
}
