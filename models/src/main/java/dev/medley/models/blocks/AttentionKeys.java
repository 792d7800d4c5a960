package dev.medley.models.blocks;

import dev.medley.core.InvalidInputException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How many keys a training step attends: {@code all}, or a number of them, drawn anew each time.
 *
 * @param text as the user wrote it
 */
public record AttentionKeys(String text) {

  /** Every item. */
  public static final AttentionKeys ALL = new AttentionKeys("all");

  /** Refuses what is neither. */
  public AttentionKeys {
    parse(text);
  }

  /** So many keys, at least 1; all of them where there are fewer. */
  public static AttentionKeys of(int count) {
    return new AttentionKeys(Integer.toString(count));
  }

  private static int parse(String text) {
    if (text.equals("all")) {
      return Integer.MAX_VALUE;
    }
    try {
      int count = Integer.parseInt(text.strip());
      if (count >= 1) {
        return count;
      }
    } catch (NumberFormatException notOne) {
      // refused below
    }
    throw new InvalidInputException(
        "attentionKeys: expected all or a whole number of at least 1, got '" + text + "'");
  }

  /**
   * The keys of a step, drawn without replacement from libtorch's generator, as dropout is.
   *
   * @param present the rows that may be keys, int64
   * @return some of them, or {@code present} itself where all are taken
   */
  public Tensor draw(Tensor present) {
    long count = parse(text);
    if (count >= present.size(0)) {
      return present;
    }
    Tensor order = torch.randperm(present.size(0), present.options());
    return present.index_select(0, order.narrow(0, 0, count));
  }
}
