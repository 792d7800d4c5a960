package dev.medley.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.medley.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done to a picture before a network sees it: the shorter side is brought to {@code
 * resize}, a square of {@code crop} is cut from the middle, values are divided by 255, then less
 * {@code mean}, then divided by {@code std}, by channel in the order red, green, blue.
 *
 * @param resize pixels of the shorter side; 0 stretches the whole picture to the crop
 * @param crop pixels of the square
 * @param mean three numbers, of values in [0, 1]
 * @param std three numbers above 0
 * @param layer the output to take; empty for the first
 */
record Preprocessing(int resize, int crop, List<Double> mean, List<Double> std, String layer) {
  private static final int MOST_PIXELS = 2048;
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  /** Layouts that are widespread, by name. */
  static final Map<String, Preprocessing> PRESETS =
      new TreeMap<>(
          Map.of(
              "resnet50",
              new Preprocessing(
                  256, 224, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225), ""),
              "clip",
              new Preprocessing(224, 224, CLIP_MEAN, CLIP_STD, "image_embeds"),
              "siglip",
              new Preprocessing(0, 224, HALF, HALF, "pooler_output")));

  private static final List<String> KEYS = List.of("size", "crop", "mean", "std", "layer");

  Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /**
   * A preset by its name, or what a YAML or JSON file says: {@code size} (pixels of the shorter
   * side, or {@code stretch}), {@code crop}, {@code mean}, {@code std}, {@code layer}; what is not
   * said is as in {@code resnet50}, with {@code crop} as {@code size} where that alone is given.
   */
  static Preprocessing of(String presetOrFile) throws IOException {
    Preprocessing preset = PRESETS.get(presetOrFile);
    if (preset != null) {
      return preset;
    }
    Path file;
    try {
      file = Path.of(presetOrFile);
    } catch (InvalidPathException noPath) {
      throw unknown(presetOrFile);
    }
    if (!Files.isRegularFile(file)) {
      throw unknown(presetOrFile);
    }
    if (Files.size(file) > 1 << 20) {
      throw new InvalidInputException(file + ": expected a file of a few lines, got over 1 MiB");
    }
    JsonNode root;
    try {
      root = new ObjectMapper(new YAMLFactory()).readTree(Files.readAllBytes(file)); // JSON is YAML
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
          file
              + ": expected YAML or JSON with the keys "
              + String.join(", ", KEYS)
              + ", got something else; mend it",
          malformed);
    }
    return of(file, root);
  }

  private static InvalidInputException unknown(String given) {
    return new InvalidInputException(
        "--preprocess: expected %s or a YAML or JSON file, got '%s'; check the path"
            .formatted(String.join(", ", PRESETS.keySet()), given));
  }

  private static Preprocessing of(Path file, JsonNode root) {
    if (!root.isObject()) {
      throw bad(file, "the whole file", "keys and values", root);
    }
    root.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw new InvalidInputException(
                    "%s, key %s: expected one of %s, got another; remove it"
                        .formatted(file, key, String.join(", ", KEYS)));
              }
            });
    Preprocessing standard =
        PRESETS.getOrDefault("resnet50", new Preprocessing(1, 1, HALF, HALF, ""));
    JsonNode size = root.path("size");
    boolean stretch = size.asText().equals("stretch");
    int resize = stretch ? 0 : pixels(file, "size", size, standard.resize);
    int standardCrop = size.isMissingNode() || stretch ? standard.crop : resize;
    int crop = pixels(file, "crop", root.path("crop"), standardCrop);
    if (resize > 0 && crop > resize) {
      throw bad(file, "crop", "at most size, which is " + resize, root.path("crop"));
    }
    List<Double> std = channels(file, "std", root.path("std"), standard.std);
    if (std.stream().anyMatch(value -> value <= 0)) {
      throw bad(file, "std", "three numbers above 0", root.path("std"));
    }
    return new Preprocessing(
        resize,
        crop,
        channels(file, "mean", root.path("mean"), standard.mean),
        std,
        root.path("layer").asText(""));
  }

  private static int pixels(Path file, String key, JsonNode value, int standard) {
    if (value.isMissingNode()) {
      return standard;
    }
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST_PIXELS) {
      throw bad(file, key, "a whole number of pixels from 1 to " + MOST_PIXELS, value);
    }
    return value.intValue();
  }

  private static List<Double> channels(
      Path file, String key, JsonNode value, List<Double> standard) {
    if (value.isMissingNode()) {
      return standard;
    }
    Double[] numbers = new Double[3];
    for (int k = 0; k < numbers.length; k++) {
      JsonNode number = value.isArray() && value.size() == 3 ? value.get(k) : value;
      if (!number.isNumber()) {
        throw bad(file, key, "one number for each of red, green, blue", value);
      }
      numbers[k] = number.doubleValue();
    }
    return Arrays.asList(numbers);
  }

  private static InvalidInputException bad(Path file, String key, String expected, JsonNode got) {
    return new InvalidInputException(
        "%s, key %s: expected %s, got %s; mend it".formatted(file, key, expected, got));
  }

  /** In one line, for the record of what features depend on. */
  String text() {
    return "size %s, crop %d, mean %s, std %s"
        .formatted(resize == 0 ? "stretch" : resize, crop, mean, std);
  }
}
