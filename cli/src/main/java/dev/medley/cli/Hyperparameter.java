package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.models.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A hyperparameter of a model.
 *
 * @param name its key
 * @param byDefault what it is where it is not given; null: validation decides
 * @param allowed the values that it may have, in words
 */
public record Hyperparameter(String name, @Nullable Object byDefault, String allowed) {
  private static final String NO_NUMBER = "?";
  private static final Pattern EXPECTED = Pattern.compile("expected (.*), got ");

  /** Values that no range holds, by what the model expects. */
  private static final Map<String, String> OUT_OF_RANGE =
      Map.of("a whole number", Integer.toString(Integer.MIN_VALUE), "a number", "-1e300");

  /**
   * Asks the model itself, whose refusals of values that cannot be say which can: the range stands
   * in one place, where it is checked.
   *
   * @param read reads settings, and refuses what is wrong with them
   */
  static Hyperparameter of(String name, @Nullable Object byDefault, Consumer<Settings> read) {
    String kind = expected(name, NO_NUMBER, read).orElse("a text");
    String beyond = OUT_OF_RANGE.get(kind);
    String allowed = beyond == null ? kind : expected(name, beyond, read).orElse(kind);
    return new Hyperparameter(name, byDefault, allowed);
  }

  private static Optional<String> expected(String name, String value, Consumer<Settings> read) {
    try {
      read.accept(new Settings(Map.of(name, new Settings.Given(value, "--set"))));
      return Optional.empty();
    } catch (InvalidInputException refused) {
      Matcher message = EXPECTED.matcher(String.valueOf(refused.getMessage()));
      return message.find() ? Optional.of(message.group(1)) : Optional.empty();
    }
  }
}
