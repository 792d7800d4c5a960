package dev.medley.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.medley.core.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file, every field of it checked. It is read token by token: what
 * does not belong there is refused before anything is built from it.
 *
 * @param metadata the free texts under {@code __metadata__}
 * @param entries the tensors by name, in the order of their bytes
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Safetensors.Entry> entries) {
  static final String METADATA = "__metadata__";
  private static final int MAX_RANK = 32;
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads and checks a header.
   *
   * @param file for messages
   * @param json the header's bytes
   * @param dataBytes how many bytes follow the header
   * @throws InvalidInputException if any field is not as the format wants it
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
    if (json.length == 0 || json[0] != '{') {
      throw new InvalidInputException(
          file + ": expected a safetensors header that begins with '{', got another byte");
    }
    try (JsonParser parser =
        JSON.createParser(
            new InputStreamReader(
                new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder()))) {
      return new Reading(file, parser).header(dataBytes);
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          "%s: expected a JSON header, got at its character %d: %s; the file is damaged"
              .formatted(
                  file,
                  malformed.getLocation() == null ? 0 : malformed.getLocation().getCharOffset(),
                  oneLine(malformed.getOriginalMessage())),
          malformed);
    } catch (CharacterCodingException | CharConversionException malformed) {
      throw new InvalidInputException(
          file + ": expected a header in UTF-8, got other bytes; the file is damaged", malformed);
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory", impossible);
    }
  }

  /** A text from the file, cut and without control characters, so that a message stays one line. */
  static String oneLine(String text) {
    String cut = text.length() <= 120 ? text : text.substring(0, 120) + "…";
    return cut.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
  }

  /** One pass over one header. */
  private static final class Reading {
    private final Path file;
    private final JsonParser parser;

    Reading(Path file, JsonParser parser) {
      this.file = file;
      this.parser = parser;
    }

    SafetensorsHeader header(long dataBytes) throws IOException {
      Map<String, String> metadata = Map.of();
      Map<String, Safetensors.Entry> found = new LinkedHashMap<>();
      boolean metadataSeen = false;
      expect(JsonToken.START_OBJECT, "header", "an object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (name.equals(METADATA)) {
          if (metadataSeen) {
            throw refusal(METADATA, "to stand once", "it twice");
          }
          metadataSeen = true;
          metadata = metadata();
        } else {
          String subject = "tensor '" + oneLine(name) + "'";
          if (found.containsKey(name)) {
            throw refusal(subject, "to stand once", "it twice");
          }
          found.put(name, tensor(name, subject));
        }
      }
      if (parser.nextToken() != null) {
        throw refusal("header", "nothing but spaces after it", "more");
      }
      return new SafetensorsHeader(
          Collections.unmodifiableMap(metadata), inOrderOfBytes(found, dataBytes));
    }

    private Map<String, String> metadata() throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      expect(JsonToken.START_OBJECT, METADATA, "an object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        String subject = METADATA + " '" + oneLine(key) + "'";
        expect(JsonToken.VALUE_STRING, subject, "a text");
        if (metadata.put(key, parser.getText()) != null) {
          throw refusal(subject, "to stand once", "it twice");
        }
      }
      return metadata;
    }

    private Safetensors.Entry tensor(String name, String subject) throws IOException {
      Safetensors.@Nullable Dtype dtype = null;
      @Nullable List<Long> shape = null;
      @Nullable List<Long> offsets = null;
      expect(JsonToken.START_OBJECT, subject, "an object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        switch (field) {
          case "dtype" -> {
            once(dtype, subject, field);
            dtype = dtype(subject);
          }
          case "shape" -> {
            once(shape, subject, field);
            shape = numbers(subject + ", shape", MAX_RANK);
          }
          case "data_offsets" -> {
            once(offsets, subject, field);
            offsets = numbers(subject + ", data_offsets", 2);
          }
          default ->
              throw refusal(
                  subject, "the fields dtype, shape and data_offsets", "'" + oneLine(field) + "'");
        }
      }
      if (dtype == null || shape == null || offsets == null) {
        String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
        throw refusal(subject, "the fields dtype, shape and data_offsets", "no " + missing);
      }
      if (offsets.size() != 2) {
        throw refusal(subject + ", data_offsets", "2 numbers", Integer.toString(offsets.size()));
      }
      long begin = offsets.get(0);
      long end = offsets.get(1);
      if (begin > end) {
        throw refusal(subject + ", data_offsets", "begin at most end", begin + " and " + end);
      }
      long bytes = Safetensors.Entry.bytes(dtype, shape);
      if (bytes < 0) {
        throw refusal(subject + ", shape", "fewer than 2^63 bytes", shape.toString());
      }
      if (end - begin != bytes) {
        throw refusal(
            subject + ", data_offsets",
            "%d bytes for %s of shape %s".formatted(bytes, dtype, shape),
            Long.toString(end - begin));
      }
      return new Safetensors.Entry(name, dtype, shape, begin, end);
    }

    private void once(@Nullable Object earlier, String subject, String field) {
      if (earlier != null) {
        throw refusal(subject + ", " + field, "to stand once", "it twice");
      }
    }

    private Safetensors.Dtype dtype(String subject) throws IOException {
      expect(JsonToken.VALUE_STRING, subject + ", dtype", "a text");
      String name = parser.getText();
      for (Safetensors.Dtype dtype : Safetensors.Dtype.values()) {
        if (dtype.name().equals(name)) {
          return dtype;
        }
      }
      throw refusal(
          subject + ", dtype",
          "F32, F64, I32 or I64",
          "'" + oneLine(name) + "'; convert the tensor first");
    }

    private List<Long> numbers(String subject, int atMost) throws IOException {
      List<Long> numbers = new ArrayList<>(2);
      expect(JsonToken.START_ARRAY, subject, "a list of integers");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (numbers.size() == atMost) {
          throw refusal(subject, "at most " + atMost + " numbers", "more");
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
          throw refusal(subject, "a list of integers", seen());
        }
        String text = parser.getText();
        long value;
        try {
          value = Long.parseLong(text);
        } catch (NumberFormatException huge) {
          value = -1;
        }
        if (value < 0) {
          throw refusal(subject, "integers in [0, 2^63)", oneLine(text));
        }
        numbers.add(value);
      }
      return List.copyOf(numbers);
    }

    private Map<String, Safetensors.Entry> inOrderOfBytes(
        Map<String, Safetensors.Entry> found, long dataBytes) {
      List<Safetensors.Entry> sorted = new ArrayList<>(found.values());
      sorted.sort(
          Comparator.comparingLong(Safetensors.Entry::begin)
              .thenComparingLong(Safetensors.Entry::end));
      Map<String, Safetensors.Entry> entries = new LinkedHashMap<>(sorted.size() * 2);
      long next = 0;
      for (Safetensors.Entry entry : sorted) {
        if (entry.begin() != next) {
          throw refusal(
              "tensor '" + oneLine(entry.name()) + "', data_offsets",
              "begin " + next + ", where the one before ends",
              Long.toString(entry.begin()));
        }
        next = entry.end();
        entries.put(entry.name(), entry);
      }
      if (next != dataBytes) {
        throw new InvalidInputException(
            "%s: expected %d bytes after the header, as its data_offsets say, got %d; the file is cut short or damaged"
                .formatted(file, next, dataBytes));
      }
      return Collections.unmodifiableMap(entries);
    }

    private void expect(JsonToken token, String subject, String expected) throws IOException {
      if (parser.nextToken() != token) {
        throw refusal(subject, expected, seen());
      }
    }

    private String seen() throws IOException {
      JsonToken token = parser.currentToken();
      return token == null ? "the end" : oneLine(parser.getText());
    }

    private InvalidInputException refusal(String subject, String expected, String got) {
      return new InvalidInputException(
          "%s, %s: expected %s, got %s".formatted(file, subject, expected, got));
    }
  }
}
