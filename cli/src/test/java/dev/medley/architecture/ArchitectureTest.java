package dev.medley.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The shipped classes keep the rules; {@link ArchitectureBiteTest} shows that the rules can fail.
 */
final class ArchitectureTest {

  private static final ArchitectureRules RULES = new ArchitectureRules("dev.medley");

  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.medley")
          .that(not(resideInAPackage("dev.medley.testkit..")));

  /** Guards the other tests: a rule over no classes would hold. */
  @Test
  void everyModuleIsLookedAt() {
    var seen =
        SHIPPED.stream()
            .map(JavaClass::getPackageName)
            .map(name -> name.replaceFirst("^dev\\.medley\\.", "").replaceFirst("\\..*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    seen.add("cli"); // the module that these tests belong to
    assertThat(seen).containsExactlyInAnyOrderElementsOf(ArchitectureRules.MAY_USE.keySet());
  }

  @Test
  void modulesUseOnlyWhatTheTableAllows() {
    for (String module : ArchitectureRules.MAY_USE.keySet()) {
      RULES.dependencies(module).check(SHIPPED);
    }
  }

  @Test
  void everyPackageBelongsToAModule() {
    RULES.everyPackageBelongsToAModule().check(SHIPPED);
  }

  @Test
  void coreUsesTheJdkAlone() {
    RULES.coreIsPlain().check(SHIPPED);
  }

  @Test
  void tensorsAreSeenInEngineModelsAndTrainingOnly() {
    RULES.tensorsStayInside().check(SHIPPED);
  }

  @Test
  void commandLineLibrariesAreSeenInCliOnly() {
    RULES.commandLineStaysInCli().check(SHIPPED);
  }

  @Test
  void databaseIsSeenInPrepareOnly() {
    RULES.databaseStaysInPrepare().check(SHIPPED);
  }

  @Test
  void encodersLibrariesAreSeenInFeaturesOnly() {
    RULES.encodersStayInFeatures().check(SHIPPED);
  }

  @Test
  void packagesHaveNoCycles() {
    RULES.noCycles().check(SHIPPED);
  }

  @Test
  void packagesAreNullMarked() {
    RULES.packagesAreNullMarked().check(SHIPPED);
  }

  @Test
  void classesAreNamedForWhatTheyAre() {
    RULES.classesAreNamedForWhatTheyAre().check(SHIPPED);
  }

  @Test
  void packagesAreNamedForWhatTheyAreFor() {
    RULES.packagesAreNamedForWhatTheyAreFor().check(SHIPPED);
  }

  @Test
  void noClassIsLoadedByName() {
    RULES.wiringIsOrdinaryCode().check(SHIPPED);
  }

  @Test
  void nativeMemoryIsNotLeftToTheCollector() {
    RULES.nativeMemoryIsNotLeftToTheCollector().check(SHIPPED);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    RULES.onlyTheCommandLineEndsTheProcess().check(SHIPPED);
  }

  @Test
  void randomnessComesFromTheSeed() {
    RULES.randomnessComesFromTheSeed().check(SHIPPED);
  }
}
