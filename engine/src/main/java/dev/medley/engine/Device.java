package dev.medley.engine;

import dev.medley.core.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live: the processor, or one of its accelerators.
 *
 * @param cuda whether it is a CUDA device
 * @param index which one, 0 for the processor
 */
public record Device(boolean cuda, int index) {
  private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

  /** The processor. */
  public static final Device CPU = new Device(false, 0);

  /**
   * Reads {@code cpu} or {@code cuda:N}.
   *
   * @throws InvalidInputException if it is neither
   */
  public static Device parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    Matcher matcher = CUDA.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidInputException("device: expected cpu or cuda:N, got '" + text + "'");
    }
    return new Device(true, Integer.parseInt(matcher.group(1)));
  }

  /**
   * Refuses a device that this build of libtorch, or this machine, does not have. The engine must
   * have been started.
   *
   * @throws InvalidInputException if it is not there
   */
  Device checked() {
    if (cuda && !torch.cuda_is_available()) {
      throw new InvalidInputException(
          "device: expected one that this machine and build have, got '%s'; use cpu"
              .formatted(this));
    }
    return this;
  }

  /** As libtorch names it. */
  org.bytedeco.pytorch.Device torch() {
    return new org.bytedeco.pytorch.Device(toString());
  }

  @Override
  public String toString() {
    return cuda ? "cuda:" + index : "cpu";
  }
}
