package dev.medley.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.medley.core.InvalidInputException;
import dev.medley.models.Settings;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Hyperparameters from a file and from the command line; the line wins. */
final class SettingsOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Hyperparameters as KEY: VALUE, in YAML or JSON.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A hyperparameter; may be repeated. Wins over --config.")
  private List<String> set;

  SettingsOptions() {
    set = List.of();
  }

  Settings read() throws IOException {
    Map<String, Settings.Given> given = new LinkedHashMap<>();
    if (config != null) {
      readFile(config, given);
    }
    for (String pair : set) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new InvalidInputException("--set: expected KEY=VALUE, got '" + pair + "'");
      }
      given.put(
          pair.substring(0, equals).strip(),
          new Settings.Given(pair.substring(equals + 1), "--set"));
    }
    return new Settings(given);
  }

  private static void readFile(Path file, Map<String, Settings.Given> given) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException("--config: expected a file, got '" + file + "'");
    }
    String name = file.toString().toLowerCase(Locale.ROOT);
    JsonFactory format = name.endsWith(".json") ? new JsonFactory() : new YAMLFactory();
    try (JsonParser parser = format.createParser(file.toFile())) {
      @Nullable JsonToken token = parser.nextToken();
      if (token == null) {
        return;
      }
      if (token != JsonToken.START_OBJECT) {
        throw new InvalidInputException(file + ": expected KEY: VALUE lines, got a " + token);
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        String where = file + ", line " + parser.currentTokenLocation().getLineNr();
        JsonToken value = parser.nextToken();
        if (value == null || !value.isScalarValue()) {
          throw new InvalidInputException(
              where + ": hyperparameter " + key + ": expected one value, got a list or a map");
        }
        if (given.put(key, new Settings.Given(parser.getText(), where)) != null) {
          throw new InvalidInputException(
              where + ": expected each key once, got " + key + " twice");
        }
      }
      if (parser.nextToken() != null) {
        throw new InvalidInputException(
            "%s, line %d: expected nothing after the hyperparameters, got more"
                .formatted(file, parser.currentTokenLocation().getLineNr()));
      }
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          "%s, line %d: expected YAML or JSON, got: %s"
              .formatted(file, malformed.getLocation().getLineNr(), malformed.getOriginalMessage()),
          malformed);
    } catch (CharConversionException foreign) {
      throw new InvalidInputException(file + ": expected UTF-8 text, got other bytes", foreign);
    }
  }
}
