package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.evaluation.NonFiniteScoreException;
import dev.medley.models.Nearest;
import dev.medley.training.TrainingDivergedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code medley}. */
@Command(
    name = "medley",
    description = "A multimodal recommender: from interactions, texts and pictures to answers.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      QuickstartCommand.class,
      PrepareCommand.class,
      SampleCommand.class,
      InspectCommand.class,
      FeaturesCommand.class,
      ModelsCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      RecommendCommand.class,
      CompareCommand.class,
      EnsembleCommand.class,
      ExportCommand.class
    })
public final class Main implements Runnable {
  /** The work was done. */
  public static final int DONE = 0;

  /** The work failed: a full disk, a folder that cannot be written, training that diverged. */
  public static final int FAILED = 1;

  /** The arguments or the input are wrong; nothing was created. */
  public static final int REFUSED = 2;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private Main() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] arguments) {
    StopSignals.endAtOnce();
    int status = run(arguments);
    StopSignals.awaitEnd();
    if (System.out.checkError() && status == DONE) {
      say("standard output: expected to take the whole answer, got an error, as of a full disk");
      status = FAILED;
    }
    System.err.flush();
    // halt: nothing waits for threads that are still up
    Runtime.getRuntime().halt(status);
  }

  /** Runs one command; gives its exit status. */
  public static int run(String... arguments) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false); // a user's id may begin with @
    line.getSubcommands().values().forEach(Main::withHelp);
    line.setParameterExceptionHandler((wrong, given) -> refused(wrong));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) ->
            main.failed(failure, command.getCommandSpec().qualifiedName()));
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError
        | StackOverflowError
        | LinkageError failure) { // which picocli lets pass
      return main.failed(failure, "medley");
    }
  }

  private static void withHelp(CommandLine command) {
    command.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(new Version());
    command.getSubcommands().values().forEach(Main::withHelp);
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  private static int refused(CommandLine.ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    String message = String.valueOf(wrong.getMessage());
    List<String> unmatched = command.getUnmatchedArguments();
    if (!unmatched.isEmpty()) { // the likelier mistake, also where something required is missing
      message = unmatched(command, unmatched);
    }
    say(
        "%s; see '%s --help'"
            .formatted(oneLine(message), command.getCommandSpec().qualifiedName()));
    return REFUSED;
  }

  private static String unmatched(CommandLine command, List<String> arguments) {
    String first = arguments.get(0);
    boolean parent = !command.getSubcommands().isEmpty();
    if (parent && !first.startsWith("-")) {
      return "unknown %s '%s'".formatted(command.getParent() == null ? "command" : "source", first)
          + suggestion(first, command.getSubcommands().keySet());
    }
    List<String> known = new ArrayList<>();
    command.getCommandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
    return first.startsWith("-")
        ? "unknown option '%s'".formatted(first) + suggestion(first, known)
        : "unexpected argument '%s'".formatted(first);
  }

  private static String suggestion(String wrong, Collection<String> known) {
    return Nearest.to(wrong, known).map("; did you mean '%s'?"::formatted).orElse("");
  }

  private int failed(Throwable failure, String command) {
    StopSignals.awaitEnd();
    if (verbose) {
      failure.printStackTrace();
    }
    if (failure instanceof InvalidInputException) {
      say(oneLine(String.valueOf(failure.getMessage())));
      return REFUSED;
    }
    say(command + ": " + oneLine(explained(failure)));
    return FAILED;
  }

  /** What went wrong, in words, where it was not the input. */
  static String explained(Throwable failure) {
    if (failure instanceof TrainingDivergedException
        || failure instanceof NonFiniteScoreException) {
      return String.valueOf(failure.getMessage());
    }
    if (failure instanceof UncheckedIOException unchecked) {
      @Nullable Throwable cause = unchecked.getCause();
      String own = String.valueOf(unchecked.getMessage());
      return cause != null && own.equals(cause.toString()) ? explained(cause) : own;
    }
    if (failure instanceof AccessDeniedException denied) {
      return "no permission to write " + denied.getFile() + "; choose another folder";
    }
    if (failure instanceof FileAlreadyExistsException file) {
      return file.getFile() + ": expected a folder, got a file; choose another path";
    }
    if (failure instanceof FileSystemException system) {
      @Nullable String reason = system.getReason();
      return system.getFile()
          + ": "
          + (reason == null ? system.getClass().getSimpleName() : reason);
    }
    if (failure instanceof IOException) {
      @Nullable String message = failure.getMessage();
      return message == null || message.isBlank()
          ? "reading or writing failed: %s; --verbose shows where".formatted(inWords(failure))
          : message;
    }
    if (failure instanceof StackOverflowError) {
      return "the input is nested too deeply; flatten it, or give a larger stack with MEDLEY_JAVA_OPTS=-Xss16m";
    }
    if (failure instanceof OutOfMemoryError) {
      return "out of memory; give more with MEDLEY_JAVA_OPTS=-Xmx8g";
    }
    return "unexpected %s: %s; --verbose shows where"
        .formatted(failure.getClass().getSimpleName(), failure.getMessage());
  }

  /** The name of a failure's class as words, as "closed channel exception". */
  private static String inWords(Throwable failure) {
    return failure
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  /** The text with every run of white space as one space, so that an error is one line. */
  static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private static void say(String line) {
    System.err.println(line);
  }
}
