package dev.medley.evaluation;

import java.util.Arrays;

/**
 * The K best items of a row of scores: higher scores first, equal ones by smaller item number,
 * masked items never. Holds its buffers, so one object serves many rows; not safe for concurrent
 * use.
 *
 * <p>I items, K = min(asked for, I), L lanes, G groups, K ≤ G ≤ L ≤ I. Item i lies in lane i mod L,
 * lane l in group l mod G. One branch-free pass takes each lane's maximum, a short one each
 * group's. The K-th largest of the groups' is a threshold that at least K items reach, so that only
 * the few lanes above it are looked at again. With L ≈ √(K·I) both looks at the row cost about the
 * same; the pass is a loop that the JIT compiler vectorises, and the order of the scores hardly
 * matters, while a scan that inserts each new best pays for every row whose scores ascend.
 */
public final class TopK {
  // The lowest finite score stands for "masked"; an honest score of this value is told apart by
  // looking it up in the mask.
  private static final float MASKED = -Float.MAX_VALUE;

  private final int items;
  private final int k;
  private final int lanes;
  private final int groups;
  private final float[] laneMax; // L
  private final float[] laneCheck; // L; 0, or NaN where the lane holds a score that is not finite
  private final float[] groupMax; // G
  private final float[] heap; // K, smallest first
  private final long[] above; // candidates above the threshold

  /**
   * For rows of a given length.
   *
   * @param k how many to select, at least 1; more than there are items means all of them
   * @param items I, at least 0
   */
  public TopK(int k, int items) {
    if (k < 1 || items < 0) {
      throw new IllegalArgumentException(
          "top k: expected k ≥ 1 and items ≥ 0, got k " + k + " and items " + items);
    }
    this.items = items;
    this.k = Math.min(k, items);
    int wanted = ((int) Math.sqrt((double) this.k * items) / 64 + 1) * 64;
    this.lanes = Math.min(items, Math.max(this.k, wanted));
    this.groups = Math.min(lanes, 3 * this.k);
    this.laneMax = new float[lanes];
    this.groupMax = new float[groups];
    this.laneCheck = new float[lanes];
    this.heap = new float[this.k];
    this.above = new long[this.k * ceil(items, lanes) * ceil(lanes, groups)];
  }

  /**
   * The best items of one row, without changing it; for a single row at a time.
   *
   * @param scores I scores
   * @param masked the items to leave out, ascending
   * @return min(k, I − masked) items, best first
   * @throws NonFiniteScoreException if a score of an item that is not masked is not finite
   */
  public static int[] of(float[] scores, int k, int[] masked) {
    TopK top = new TopK(k, scores.length);
    int[] best = new int[top.k()];
    int count = top.select(scores.clone(), 0, masked, 0, masked.length, best, 0);
    return Arrays.copyOf(best, count);
  }

  /** K, the most items that {@link #select} writes. */
  public int k() {
    return k;
  }

  /**
   * Selects from one row.
   *
   * @param scores holds the row at {@code offset … offset + I}; the scores of masked items are
   *     overwritten
   * @param masked holds the items to leave out at {@code maskedFrom … maskedTo}, ascending
   * @param out receives the items, best first, from {@code outAt} on
   * @return how many items were written: K, or fewer where fewer are not masked
   * @throws NonFiniteScoreException if a score of an item that is not masked is not finite
   */
  public int select(
      float[] scores,
      int offset,
      int[] masked,
      int maskedFrom,
      int maskedTo,
      int[] out,
      int outAt) {
    if (k == 0) {
      return 0;
    }
    for (int m = maskedFrom; m < maskedTo; m++) {
      scores[offset + masked[m]] = MASKED;
    }
    Arrays.fill(laneMax, MASKED);
    Arrays.fill(laneCheck, 0);
    for (int first = 0; first < items; first += lanes) {
      fold(scores, offset + first, Math.min(lanes, items - first), laneMax, laneCheck);
    }
    for (float check : laneCheck) {
      if (check != 0) {
        throw nonFinite(scores, offset);
      }
    }
    float threshold = kthLargestGroup();
    int found = collectAbove(scores, offset, threshold);
    Arrays.sort(above, 0, found);
    int count = Math.min(found, k);
    for (int rank = 0; rank < count; rank++) {
      out[outAt + rank] = (int) above[rank];
    }
    for (int item = 0; item < items && count < k; item++) {
      if (scores[offset + item] == threshold
          && (threshold != MASKED || Arrays.binarySearch(masked, maskedFrom, maskedTo, item) < 0)) {
        out[outAt + count++] = item;
      }
    }
    return count;
  }

  // x · 0 is ±0 for a finite x and NaN for any other, and a sum never loses a NaN.
  private static void fold(float[] scores, int from, int length, float[] max, float[] check) {
    for (int lane = 0; lane < length; lane++) {
      float score = scores[from + lane];
      max[lane] = Math.max(max[lane], score);
      check[lane] += score * 0f;
    }
  }

  private NonFiniteScoreException nonFinite(float[] scores, int offset) {
    for (int item = 0; item < items; item++) {
      if (!Float.isFinite(scores[offset + item])) {
        return new NonFiniteScoreException(item, scores[offset + item]);
      }
    }
    throw new AssertionError("a lane's check failed, yet every score is finite");
  }

  private float kthLargestGroup() {
    System.arraycopy(laneMax, 0, groupMax, 0, groups);
    for (int first = groups; first < lanes; first += groups) {
      foldMax(laneMax, first, Math.min(groups, lanes - first), groupMax);
    }
    System.arraycopy(groupMax, 0, heap, 0, k);
    for (int node = k / 2 - 1; node >= 0; node--) {
      siftDown(node, heap[node]);
    }
    for (int group = k; group < groups; group++) {
      if (groupMax[group] > heap[0]) {
        siftDown(0, groupMax[group]);
      }
    }
    return heap[0];
  }

  private static void foldMax(float[] values, int from, int length, float[] max) {
    for (int k = 0; k < length; k++) {
      max[k] = Math.max(max[k], values[from + k]);
    }
  }

  private void siftDown(int start, float value) {
    int node = start;
    for (int child = 2 * node + 1; child < k; child = 2 * node + 1) {
      if (child + 1 < k && heap[child + 1] < heap[child]) {
        child++;
      }
      if (value <= heap[child]) {
        break;
      }
      heap[node] = heap[child];
      node = child;
    }
    heap[node] = value;
  }

  /** At most K − 1 groups lie above the threshold, so {@link #above} always suffices. */
  private int collectAbove(float[] scores, int offset, float threshold) {
    int found = 0;
    for (int lane = 0; lane < lanes; lane++) {
      if (laneMax[lane] > threshold) {
        for (int item = lane; item < items; item += lanes) {
          float score = scores[offset + item];
          if (score > threshold) {
            above[found++] = key(score, item);
          }
        }
      }
    }
    return found;
  }

  private static int ceil(int dividend, int divisor) {
    return divisor == 0 ? 0 : (dividend + divisor - 1) / divisor;
  }

  /** Ascends as the score falls and, within equal scores (0 and −0 are equal), with the item. */
  private static long key(float score, int item) {
    int bits = Float.floatToRawIntBits(score + 0f);
    int ascending = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ~ascending << 32) | item;
  }
}
