package dev.medley.prepare.readers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the wanted fields of a JSON object, and passes over the others without keeping them. */
final class JsonObjects {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(PythonLiteral.DEEPEST)
                  .maxStringLength(LineReader.LONGEST)
                  .maxNumberLength(400)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private JsonObjects() {}

  /**
   * Reads an object.
   *
   * @param fields the names that are wanted
   * @throws LiteralException if it is none
   */
  static Map<String, @Nullable Object> parse(byte[] bytes, int begin, int end, Set<String> fields)
      throws LiteralException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    try (JsonParser parser = FACTORY.createParser(bytes, begin, end - begin)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new LiteralException("no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (fields.contains(name)) {
          object.put(name, value(parser, token));
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new LiteralException("text behind a JSON object");
      }
    } catch (JsonProcessingException wrong) {
      throw new LiteralException("no JSON object");
    } catch (IOException impossible) { // as malformed UTF-8
      throw new LiteralException("no JSON object in UTF-8");
    }
    return object;
  }

  /** The value that begins with {@code first}; the nesting is limited by the parser. */
  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken first)
      throws IOException, LiteralException {
    Deque<Object> open = new ArrayDeque<>();
    Deque<String> names = new ArrayDeque<>();
    JsonToken token = first;
    String name = "";
    int values = 0;
    while (true) {
      if (token == null || ++values > PythonLiteral.MOST_VALUES) {
        throw new LiteralException(
            token == null ? "no JSON object" : "a JSON object of too many values");
      }
      @Nullable Object done;
      switch (token) {
        case START_OBJECT, START_ARRAY -> {
          open.push(token == JsonToken.START_OBJECT ? new LinkedHashMap<>() : new ArrayList<>());
          names.push(name);
          name = "";
          token = parser.nextToken();
          continue;
        }
        case FIELD_NAME -> {
          name = parser.currentName();
          token = parser.nextToken();
          continue;
        }
        case END_OBJECT, END_ARRAY -> {
          done = open.pop();
          name = names.pop();
        }
        case VALUE_STRING -> done = parser.getText();
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> done = number(parser, token);
        case VALUE_TRUE -> done = true;
        case VALUE_FALSE -> done = false;
        default -> done = null;
      }
      if (open.isEmpty()) {
        return done;
      }
      put(open.element(), name, done);
      token = parser.nextToken();
    }
  }

  private static Object number(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    return parser.getDoubleValue();
  }

  @SuppressWarnings("unchecked") // made above
  private static void put(Object collection, String name, @Nullable Object value) {
    if (collection instanceof List) {
      ((List<@Nullable Object>) collection).add(value);
    } else {
      ((Map<String, @Nullable Object>) collection).put(name, value);
    }
  }
}
