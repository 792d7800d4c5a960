package dev.medley.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of ARCHITECTURE.md over one tree of packages.
 *
 * @param root the package above the modules' packages: {@code dev.medley}, or that of a planted
 *     tree
 */
record ArchitectureRules(String root) {

  /** What each shipped module may use of the others. */
  static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("core", Set.of()),
          Map.entry("formats", Set.of("core")),
          Map.entry("data", Set.of("core", "formats")),
          Map.entry("prepare", Set.of("core", "formats", "data")),
          Map.entry("features", Set.of("core", "formats", "data")),
          Map.entry("evaluation", Set.of("core")),
          Map.entry("runs", Set.of("core", "formats")),
          Map.entry("engine", Set.of("core", "formats")),
          Map.entry("models", Set.of("core", "engine")),
          Map.entry(
              "training", Set.of("core", "formats", "engine", "models", "evaluation", "runs")),
          Map.entry(
              "cli",
              Set.of(
                  "core",
                  "formats",
                  "data",
                  "prepare",
                  "features",
                  "evaluation",
                  "runs",
                  "engine",
                  "models",
                  "training")));

  /** The modules in which a tensor may be seen. */
  static final Set<String> MAY_USE_TENSORS = Set.of("engine", "models", "training");

  ArchRule dependencies(String module) {
    Set<String> allowed = MAY_USE.get(module);
    String[] packages =
        Stream.concat(Stream.of(module), allowed.stream()).map(this::within).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(within(module))
        .should()
        .dependOnClassesThat(resideInAPackage(root + "..").and(not(resideInAnyPackage(packages))))
        .as("%s may use no module but %s".formatted(module, allowed))
        .allowEmptyShould(true);
  }

  ArchRule everyPackageBelongsToAModule() {
    return classes()
        .should()
        .resideInAnyPackage(MAY_USE.keySet().stream().map(this::within).toArray(String[]::new));
  }

  ArchRule coreIsPlain() {
    return noClasses()
        .that()
        .resideInAPackage(within("core"))
        .should()
        .dependOnClassesThat(
            not(resideInAnyPackage("java..", "org.jspecify..", within("core")))
                .or(
                    resideInAnyPackage(
                        "java.io..", "java.nio.file..", "java.nio.channels..", "java.net.."))
                .and(
                    not(
                        DescribedPredicate.describe(
                            "UncheckedIOException", ArchitectureRules::isException))))
        .as("core uses the JDK alone, and no I/O of it");
  }

  ArchRule tensorsStayInside() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(MAY_USE_TENSORS.stream().map(this::within).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..");
  }

  ArchRule commandLineStaysInCli() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(within("cli"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "me.tongfei..");
  }

  ArchRule databaseStaysInPrepare() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(within("prepare"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.duckdb..", "java.sql..");
  }

  ArchRule encodersStayInFeatures() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(within("features"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnxruntime..", "ai.djl..", "boofcv..", "org.ejml..");
  }

  ArchRule noCycles() {
    return SlicesRuleDefinition.slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("live in a package whose package-info says @NullMarked") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                events.add(
                    new SimpleConditionEvent(
                        type,
                        type.getPackage().isAnnotatedWith(NullMarked.class),
                        "%s: its package has no package-info with @NullMarked"
                            .formatted(type.getName())));
              }
            });
  }

  ArchRule classesAreNamedForWhatTheyAre() {
    return noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Utility|Utilities|Helper|Helpers|Manager|Impl)");
  }

  ArchRule packagesAreNamedForWhatTheyAreFor() {
    return noClasses()
        .should()
        .resideInAnyPackage(
            "..util..",
            "..utils..",
            "..common..",
            "..impl..",
            "..manager..",
            "..helper..",
            "..helpers..");
  }

  ArchRule wiringIsOrdinaryCode() {
    return noCallsOf(Class.class, "forName");
  }

  ArchRule nativeMemoryIsNotLeftToTheCollector() {
    return noCallsOf(System.class, "gc");
  }

  ArchRule onlyTheCommandLineEndsTheProcess() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(within("cli"))
        .should()
        .accessTargetWhere(callOf(System.class, "exit"));
  }

  /** Every draw comes from a child stream of the seed. */
  ArchRule randomnessComesFromTheSeed() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(RandomGenerator.class)
        .orShould()
        .accessTargetWhere(callOf(Math.class, "random"));
  }

  private static ArchRule noCallsOf(Class<?> owner, String method) {
    return noClasses().should().accessTargetWhere(callOf(owner, method));
  }

  private static DescribedPredicate<JavaAccess<?>> callOf(Class<?> owner, String method) {
    return DescribedPredicate.describe(
        owner.getSimpleName() + "." + method,
        access ->
            access.getTargetOwner().isEquivalentTo(owner)
                && access.getTarget().getName().equals(method));
  }

  private static boolean isException(JavaClass type) {
    return type.isAssignableTo(Throwable.class);
  }

  private String within(String module) {
    return root + "." + module + "..";
  }
}
