package dev.medley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script in a small project of its own, whose {@code mvn} and {@code java} are scripts
 * that record how they were called: no test builds anything or starts a JVM.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
final class LauncherTest {

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$@" >>mvn.calls
      mkdir building || exit 9
      if [ -e slow ]; then while [ ! -e go ]; do sleep 0.05; done; fi
      rmdir building
      if [ -e broken ]; then
        echo '[ERROR] COMPILATION ERROR : '
        echo '[ERROR] Core.java:[3,7] cannot find symbol'
        echo '[ERROR] Re-run Maven with -X'
        exit 1
      fi
      mkdir -p cli/target/lib && touch cli/target/lib/library-1.jar cli/target/lib/medley-core-0.1.0.jar
      touch cli/target/medley-cli-0.1.0.jar
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-XX:DumpLoadedClassList*|*-Xshare:dump*) exit 1 ;;
      esac
      echo "home=${0%/bin/java}"
      echo "process=$$"
      echo "folder=$(pwd)"
      echo "threads=${OPENBLAS_NUM_THREADS-unset} ${OMP_NUM_THREADS-unset}"
      echo "malloc=$MALLOC_ARENA_MAX $MALLOC_MMAP_MAX_ $MALLOC_TRIM_THRESHOLD_"
      for argument in "$@"; do echo "argument=$argument"; done
      exit "${FAKE_STATUS-0}"
      """;

  private static final List<String> TOOLS =
      List.of(
          "cat",
          "cksum",
          "cp",
          "dirname",
          "find",
          "grep",
          "head",
          "ln",
          "ls",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "sort",
          "tail",
          "tr",
          "uname",
          "xargs");

  @TempDir Path folder;
  private Path home;
  private Path jdk;
  private final Map<String, String> environment = new LinkedHashMap<>();

  private record Outcome(int status, List<String> out, String err, long process) {

    String one(String key) {
      List<String> values = all(key);
      assertThat(values).as(key).hasSize(1);
      return values.get(0);
    }

    List<String> all(String key) {
      return out.stream()
          .filter(line -> line.startsWith(key + "="))
          .map(line -> line.substring(key.length() + 1))
          .toList();
    }
  }

  @BeforeEach
  void plantProject() throws IOException {
    folder = folder.toRealPath();
    home = Files.createDirectories(folder.resolve("a shop's checkout"));
    Files.copy(Path.of("..", "medley"), home.resolve("medley"));
    write(home.resolve("pom.xml"), "<project/>");
    write(home.resolve(".mvn/jvm.config"), "");
    for (String module : List.of("core", "cli", "testkit", "bench")) {
      write(home.resolve(module + "/pom.xml"), "<project/>");
      write(home.resolve(module + "/src/main/java/A file.java"), "class A {}");
    }
    script(folder.resolve("bin/mvn"), MAVEN);
    jdk = jdk("jdk 17", "17.0.9");
    environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
    environment.put("JAVA_HOME", jdk.toString());
  }

  @Test
  void firstUseBuildsAndHandsOver() throws Exception {
    environment.put("FAKE_STATUS", "7");

    Outcome outcome = run("train", "a b", "*", "");

    assertThat(outcome.status()).isEqualTo(7);
    assertThat(outcome.err()).isEmpty();
    List<String> arguments = outcome.all("argument");
    assertThat(arguments).endsWith("dev.medley.cli.Main", "train", "a b", "*", "");
    assertThat(classPath(outcome))
        .extracting(jar -> jar.getFileName().toString())
        .containsExactly("library-1.jar", "medley-cli-0.1.0.jar", "medley-core-0.1.0.jar");
    assertThat(classPath(outcome)).allMatch(Files::exists);
    assertThat(outcome.one("home")).isEqualTo(jdk.toString());
    assertThat(outcome.one("process")).isEqualTo(Long.toString(outcome.process()));
    assertThat(builds()).containsExactly(buildCommand());
  }

  @Test
  void buildsAgainOnlyWhenContentsChanged() throws Exception {
    Path source = home.resolve("core/src/main/java/A file.java");
    run();

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    run();
    write(home.resolve("testkit/src/main/java/A file.java"), "class B {}");
    write(home.resolve("bench/src/main/java/A file.java"), "class B {}");
    write(home.resolve("core/src/test/java/B.java"), "class B {}");
    run();
    assertThat(builds()).hasSize(1);

    write(source, "class A { int a; }");
    run();
    assertThat(builds()).hasSize(2);

    Files.move(source, source.resolveSibling("B.java"));
    run();
    assertThat(builds()).hasSize(3);

    write(home.resolve("core/pom.xml"), "<project></project>");
    run();
    assertThat(builds()).hasSize(4);
  }

  @Test
  void goingBackToBuiltSourcesNeedsNoBuild() throws Exception {
    Path source = home.resolve("core/src/main/java/A file.java");
    List<Path> before = classPath(run());
    write(source, "class A { int a; }");
    assertThat(classPath(run())).doesNotContainAnyElementsOf(before).allMatch(Files::exists);

    write(source, "class A {}");

    assertThat(classPath(run())).isEqualTo(before).allMatch(Files::exists);
    assertThat(builds()).hasSize(2);
  }

  @Test
  void runsThroughLinksAndKeepsTheWorkingFolder() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("else where"));
    Files.createSymbolicLink(elsewhere.resolve("direct"), home.resolve("medley"));
    Files.createSymbolicLink(elsewhere.resolve("relative"), Path.of("direct"));
    Files.createSymbolicLink(folder.resolve("home"), home);
    Files.createSymbolicLink(folder.resolve("bin/medley"), Path.of("../home/medley"));

    List<Path> direct = classPath(run());

    for (String command : List.of("./relative", "../home/medley", "../bin/medley", "medley")) {
      Outcome outcome = finish(start(elsewhere, "sh", "-c", "exec " + command));
      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.one("folder")).isEqualTo(elsewhere.toString());
      assertThat(classPath(outcome)).isEqualTo(direct);
    }
    assertThat(builds()).hasSize(1);
  }

  @Test
  void failedBuildSaysWhyInOneLineAndIsTriedAgain() throws Exception {
    write(home.resolve("broken"), "");

    Outcome outcome = run("--version");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(
            "medley: the build failed: Core.java:[3,7] cannot find symbol (log: "
                + home
                + "/.medley/build.log)\n");
    assertThat(home.resolve(".medley/lock")).doesNotExist();

    Files.delete(home.resolve("broken"));
    assertThat(run().status()).isZero();
    assertThat(builds()).hasSize(2);
  }

  @Test
  void buildWithoutMavenIsRefusedInOneLine() throws Exception {
    Files.delete(folder.resolve("bin/mvn"));
    for (String tool : TOOLS) {
      Path usual = Path.of("/usr/bin", tool);
      Path program = Files.exists(usual) ? usual : Path.of("/bin", tool);
      script(folder.resolve("bin").resolve(tool), "#!/bin/sh\nexec " + program + " \"$@\"\n");
    }
    environment.put("PATH", folder.resolve("bin").toString());

    Outcome outcome = run();

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo(
            "medley: needs Maven 3.8 or later to build itself on first use: install mvn and put it on the PATH\n");
  }

  @Test
  void twoFirstUsesAtOnceBuildOnce() throws Exception {
    write(home.resolve("slow"), "");
    Process first = start(home, "./medley");
    Process second = start(home, "./medley");
    write(home.resolve("go"), "");

    assertThat(finish(first).status()).isZero();
    assertThat(finish(second).status()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void lockOfADeadProcessDoesNotBlock() throws Exception {
    Process dead =
        start(
            home,
            "sh",
            "-c",
            "mkdir -p .medley/lock && echo \"$$ $(uname -n)\" >.medley/lock/owner");
    assertThat(dead.waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(run().status()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void threadsReachTheNativeLibraries() throws Exception {
    assertThat(run("train").one("threads")).isEqualTo("unset unset");
    assertThat(run("train", "--threads", "3").one("threads")).isEqualTo("3 3");
    assertThat(run("train", "--threads=12", "x").one("threads")).isEqualTo("12 12");
    assertThat(run("train", "--threads", "none").one("threads")).isEqualTo("unset unset");
    assertThat(run("train", "--threads", "0").one("threads")).isEqualTo("unset unset");
    assertThat(run("train", "--", "--threads", "3").one("threads")).isEqualTo("unset unset");
  }

  @Test
  void environmentOfTheUserWins() throws Exception {
    assertThat(run().one("malloc")).isEqualTo("1 0 2000000000");
    environment.put("MALLOC_TRIM_THRESHOLD_", "131072");
    environment.put("MEDLEY_JAVA_OPTS", "-Xmx1g -Dglob=*");

    Outcome outcome = run();

    assertThat(outcome.one("malloc")).isEqualTo("1 0 131072");
    assertThat(outcome.all("argument"))
        .containsSubsequence("-XX:MaxRAMPercentage=50", "-Xmx1g", "-Dglob=*", "-cp");
  }

  @Test
  void nativeAccessIsAllowedWhereTheJvmAsksForIt() throws Exception {
    assertThat(run().all("argument")).noneMatch(argument -> argument.contains("native-access"));
    environment.put("JAVA_HOME", jdk("jdk 25", "25").toString());

    assertThat(run().all("argument")).contains("--enable-native-access=ALL-UNNAMED");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void javaOfThePathTakesThePlaceOfAnOldOne() throws Exception {
    environment.put("JAVA_HOME", jdk("jdk 11", "11.0.20").toString());
    Files.createSymbolicLink(folder.resolve("bin/java"), jdk.resolve("bin/java"));

    assertThat(run().one("home")).isEqualTo(jdk.toString());
  }

  @Test
  void versionIsAskedForWhereTheJdkDoesNotDeclareIt() throws Exception {
    Path undeclared = jdk("undeclared", "unused");
    Files.delete(undeclared.resolve("release"));
    script(
        undeclared.resolve("bin/java"),
        JAVA.replace(
            "case \"$*\" in",
            "case \"$*\" in\n  -version) echo 'openjdk version \"21.0.1\" 2023' >&2; exit ;;"));
    environment.put("JAVA_HOME", undeclared.toString());

    assertThat(run().one("home")).isEqualTo(undeclared.toString());
  }

  private Path jdk(String name, String version) throws IOException {
    Path made = folder.resolve(name);
    write(made.resolve("release"), "IMPLEMENTOR=\"None\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(made.resolve("bin/java"), JAVA);
    script(made.resolve("bin/javac"), "#!/bin/sh\n");
    return made;
  }

  private Outcome run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("./medley"));
    command.addAll(List.of(arguments));
    return finish(start(home, command.toArray(String[]::new)));
  }

  private Process start(Path workingFolder, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(workingFolder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Outcome finish(Process process) throws Exception {
    // Both streams are shorter than a pipe's buffer: reading one after the other cannot block.
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("the launcher ends").isTrue();
    return new Outcome(process.exitValue(), out.lines().toList(), err, process.pid());
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(home.resolve("mvn.calls"));
  }

  private static String buildCommand() {
    return "-B -Dstyle.color=never -Dmaven.test.skip=true package -pl cli -am";
  }

  private static List<Path> classPath(Outcome outcome) {
    List<String> arguments = outcome.all("argument");
    String[] jars = arguments.get(arguments.indexOf("-cp") + 1).split(":");
    return Arrays.stream(jars).map(Path::of).toList();
  }

  private static void write(Path file, String content) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, content);
  }

  private static void script(Path file, String content) throws IOException {
    write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
