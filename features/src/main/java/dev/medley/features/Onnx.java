package dev.medley.features;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Sha256;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A model of ONNX Runtime on the CPU: one thread for each run, any number of runs at once. */
final class Onnx implements AutoCloseable {

  /**
   * An output.
   *
   * @param values row by row, valid until the result is closed
   */
  record Floats(FloatBuffer values, long[] shape) {}

  private static final Pattern WEIGHTS = Pattern.compile(".+[._]data([._-]?\\d+)?");

  private final OrtSession session;

  private Onnx(OrtSession session) {
    this.session = session;
  }

  /**
   * Opens a model.
   *
   * @param subject what messages call it
   * @throws InvalidInputException if the bytes are no model that the runtime knows
   */
  static Onnx open(String subject, byte[] bytes) {
    return open(subject, options -> environmentOf().createSession(bytes, options));
  }

  private static Onnx open(String subject, Opening opening) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new Onnx(opening.open(options));
    } catch (OrtException malformed) {
      throw new InvalidInputException(
          "%s: expected a model in ONNX form, got something else (%s); export it again"
              .formatted(subject, oneLine(malformed)),
          malformed);
    }
  }

  /**
   * Opens a model's file; weights that it keeps in files beside it are found.
   *
   * @throws InvalidInputException if it is missing or no model that the runtime knows
   */
  static Onnx open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": expected a model in ONNX form, got no such file; check the path");
    }
    return open(
        file.toString(), options -> environmentOf().createSession(file.toString(), options));
  }

  /**
   * What tells a model's numbers from another's: the SHA-256 of its file; where files of weights
   * are beside it ({@code *.onnx_data}, {@code *.onnx.data}, {@code *.data}, also in numbered
   * parts), one over all of them.
   */
  static String version(Path file) throws IOException {
    String own = Sha256.ofFile(file);
    List<Path> weights = new ArrayList<>();
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Onnx::holdsWeights)) {
        entries.forEach(weights::add);
      } catch (DirectoryIteratorException failure) {
        throw failure.getCause();
      }
    }
    if (weights.isEmpty()) {
      return own;
    }
    weights.sort(Comparator.naturalOrder());
    Sha256 hash = new Sha256().add(own);
    for (Path part : weights) {
      hash.add("\0" + part.getFileName() + "\0").add(Sha256.ofFile(part));
    }
    return hash.hex();
  }

  private static boolean holdsWeights(Path file) {
    return WEIGHTS.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file);
  }

  private interface Opening {
    OrtSession open(OrtSession.SessionOptions options) throws OrtException;
  }

  private static OrtEnvironment environmentOf() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "medley");
  }

  OrtEnvironment environment() {
    return environmentOf();
  }

  OrtSession session() {
    return session;
  }

  /** The names of its inputs. */
  List<String> inputs() {
    return List.copyOf(session.getInputNames());
  }

  /** The names of its outputs, in the model's order. */
  List<String> outputs() {
    return List.copyOf(session.getOutputNames());
  }

  /**
   * An output as numbers: the one named {@code sentence_embedding}, else the first.
   *
   * @throws InvalidInputException if it holds something other than floating-point numbers
   */
  static Floats floats(OrtSession.Result result) throws OrtException {
    OnnxValue chosen = null;
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (chosen == null || entry.getKey().equals("sentence_embedding")) {
        chosen = entry.getValue();
      }
    }
    if (!(chosen instanceof OnnxTensor tensor) || tensor.getFloatBuffer() == null) {
      throw new InvalidInputException(
          "ONNX model: expected an output of floating-point numbers, got another; name another layer or export it again");
    }
    return new Floats(tensor.getFloatBuffer(), tensor.getInfo().getShape());
  }

  /** What to say where a run fails. */
  static InvalidInputException failed(String subject, OrtException failure) {
    return new InvalidInputException(
        "%s: expected the model to take its input, got an error of ONNX Runtime (%s); export it again"
            .formatted(subject, oneLine(failure)),
        failure);
  }

  private static String oneLine(OrtException failure) {
    String message = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
    return message.length() > 200 ? message.substring(0, 200) + "…" : message;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
