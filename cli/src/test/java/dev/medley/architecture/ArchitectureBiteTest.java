package dev.medley.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.medley.architecture.planted.core.CountsClicks;
import dev.medley.architecture.planted.core.ReadsAFile;
import dev.medley.architecture.planted.engine.EndsTheProcess;
import dev.medley.architecture.planted.engine.Multiplies;
import dev.medley.architecture.planted.evaluation.RanksTensors;
import dev.medley.architecture.planted.models.AsksForCollection;
import dev.medley.architecture.planted.models.LoadsByName;
import dev.medley.architecture.planted.models.RollsDice;
import dev.medley.architecture.planted.runs.AsksADatabase;
import dev.medley.architecture.planted.runs.EncodesPictures;
import dev.medley.architecture.planted.runs.ParsesArguments;
import dev.medley.architecture.planted.runs.RunManager;
import dev.medley.architecture.planted.runs.util.Padding;
import dev.medley.architecture.planted.stray.Wanders;
import org.junit.jupiter.api.Test;

/**
 * Each rule reports a violation that is planted for it, by the name of the class that breaks it.
 */
final class ArchitectureBiteTest {

  private static final String ROOT = "dev.medley.architecture.planted";
  private static final ArchitectureRules RULES = new ArchitectureRules(ROOT);
  private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(ROOT);

  @Test
  void dependencyAgainstTheArrows() {
    assertBites(RULES.dependencies("core"), CountsClicks.class);
    RULES.dependencies("runs").check(PLANTED);
  }

  @Test
  void packageOfNoModule() {
    assertBites(RULES.everyPackageBelongsToAModule(), Wanders.class);
  }

  @Test
  void fileInCore() {
    assertBites(RULES.coreIsPlain(), ReadsAFile.class);
  }

  @Test
  void tensorInEvaluation() {
    assertBites(RULES.tensorsStayInside(), RanksTensors.class);
  }

  @Test
  void commandLineLibraryInRuns() {
    assertBites(RULES.commandLineStaysInCli(), ParsesArguments.class);
  }

  @Test
  void databaseInRuns() {
    assertBites(RULES.databaseStaysInPrepare(), AsksADatabase.class);
  }

  @Test
  void encodersLibraryInRuns() {
    assertBites(RULES.encodersStayInFeatures(), EncodesPictures.class);
  }

  @Test
  void cycle() {
    assertBites(RULES.noCycles(), CountsClicks.class);
    assertBites(RULES.noCycles(), Multiplies.class);
  }

  @Test
  void packageWithoutNullMarked() {
    assertBites(RULES.packagesAreNullMarked(), Wanders.class);
    assertThat(RULES.packagesAreNullMarked().evaluate(PLANTED).getFailureReport().toString())
        .doesNotContain(Multiplies.class.getName());
  }

  @Test
  void className() {
    assertBites(RULES.classesAreNamedForWhatTheyAre(), RunManager.class);
  }

  @Test
  void packageName() {
    assertBites(RULES.packagesAreNamedForWhatTheyAreFor(), Padding.class);
  }

  @Test
  void classByName() {
    assertBites(RULES.wiringIsOrdinaryCode(), LoadsByName.class);
  }

  @Test
  void collection() {
    assertBites(RULES.nativeMemoryIsNotLeftToTheCollector(), AsksForCollection.class);
  }

  @Test
  void endOfTheProcess() {
    assertBites(RULES.onlyTheCommandLineEndsTheProcess(), EndsTheProcess.class);
  }

  @Test
  void randomnessOfItsOwn() {
    assertBites(RULES.randomnessComesFromTheSeed(), RollsDice.class);
  }

  private static void assertBites(ArchRule rule, Class<?> culprit) {
    assertThatThrownBy(() -> rule.check(PLANTED))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(culprit.getName());
  }
}
