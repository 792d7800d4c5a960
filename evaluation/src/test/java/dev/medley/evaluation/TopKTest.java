package dev.medley.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Seed;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TopKTest {
  @Property(tries = 500)
  void manyTiesRankAsAFullSortDoes(
      @ForAll @Size(max = 300) List<@IntRange(min = -2, max = 2) Integer> values,
      @ForAll Set<@IntRange(max = 299) Integer> masked,
      @ForAll @IntRange(min = 1, max = 320) int k) {
    assertRanksAsTextbook(floats(values), masked, k);
  }

  @Property(tries = 500)
  void anyFiniteScoresRankAsAFullSortDoes(
      @ForAll @Size(max = 200)
          List<@FloatRange(min = -Float.MAX_VALUE, max = Float.MAX_VALUE) Float> values,
      @ForAll Set<@IntRange(max = 199) Integer> masked,
      @ForAll @IntRange(min = 1, max = 60) int k) {
    float[] scores = new float[values.size()];
    for (int item = 0; item < scores.length; item++) {
      scores[item] = values.get(item);
    }
    assertRanksAsTextbook(scores, masked, k);
  }

  @Property(tries = 60)
  void longRowsRankAsAFullSortDoes(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9_000) int items,
      @ForAll @IntRange(min = 1, max = 100) int k,
      @ForAll @IntRange(min = 1, max = 5_000) int levels,
      @ForAll Shape shape) {
    var random = new Seed(seed).stream();
    float[] scores = new float[items];
    for (int item = 0; item < items; item++) {
      float score = random.nextInt(levels);
      scores[item] =
          switch (shape) {
            case RANDOM -> score;
            case ASCENDING -> item + score / levels;
            case DESCENDING -> -item + score / levels;
            case PERIODIC -> item % 64 == 0 ? score : -score;
          };
    }
    Set<Integer> masked =
        IntStream.range(0, items / 3)
            .mapToObj(n -> random.nextInt(items))
            .collect(Collectors.toSet());
    assertRanksAsTextbook(scores, masked, k);
  }

  enum Shape {
    RANDOM,
    ASCENDING,
    DESCENDING,
    PERIODIC
  }

  @Test
  void lowestFiniteScoreIsAScoreAndNotAMask() {
    float low = -Float.MAX_VALUE;
    assertThat(TopK.of(new float[] {low, low, 1, low}, 4, new int[] {0})).containsExactly(2, 1, 3);
  }

  @Test
  void zeroAndMinusZeroAreEqual() {
    assertThat(TopK.of(new float[] {-0f, 0f, 5, 0f, -0f}, 4, new int[0]))
        .containsExactly(2, 0, 1, 3);
  }

  @Test
  void everythingMaskedGivesAnEmptyList() {
    assertThat(TopK.of(new float[] {1, 2}, 5, new int[] {0, 1})).isEmpty();
    assertThat(TopK.of(new float[0], 5, new int[0])).isEmpty();
  }

  @Test
  void rowIsReadAtItsOffset() {
    int[] out = {7, 7, 7};
    int count =
        new TopK(2, 3).select(new float[] {9, 1, 2, 3, 9}, 1, new int[] {0, 2, 0}, 1, 2, out, 1);
    assertThat(count).isEqualTo(2);
    assertThat(out).containsExactly(7, 1, 0);
  }

  @Property(tries = 200)
  void anyNonFiniteScoreIsFound(
      @ForAll @IntRange(min = 1, max = 400) int items,
      @ForAll @IntRange(max = 399) int position,
      @ForAll @IntRange(min = 1, max = 60) int k,
      @ForAll @IntRange(max = 2) int kind) {
    float[] scores = new float[items];
    int item = position % items;
    float bad = new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}[kind];
    scores[item] = bad;

    assertThatThrownBy(() -> TopK.of(scores, k, new int[0]))
        .isInstanceOf(NonFiniteScoreException.class)
        .hasMessage("scores: expected finite numbers, got " + bad + " for item number " + item);
    assertThat(TopK.of(scores, items, new int[] {item})).hasSize(items - 1).doesNotContain(item);
  }

  private static void assertRanksAsTextbook(float[] scores, Set<Integer> masked, int k) {
    int[] mask = masked.stream().filter(i -> i < scores.length).mapToInt(i -> i).sorted().toArray();
    int[] expected =
        Textbook.ranking(scores, masked).stream().limit(k).mapToInt(item -> item).toArray();

    assertThat(TopK.of(scores, k, mask)).containsExactly(expected);
  }

  private static float[] floats(List<Integer> values) {
    float[] scores = new float[values.size()];
    for (int item = 0; item < scores.length; item++) {
      scores[item] = values.get(item);
    }
    return scores;
  }
}
