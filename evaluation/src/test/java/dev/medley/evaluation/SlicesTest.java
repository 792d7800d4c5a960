package dev.medley.evaluation;

import static dev.medley.evaluation.Tables.interactions;
import static dev.medley.evaluation.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.medley.core.Interactions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicesTest {
  @Test
  void usersFallIntoFiveEqualGroupsByTrainingInteractions() {
    // User u has u + 1 training interactions, 0 … u, and item 11 held out; it finds it if u is
    // even.
    int[][] train = new int[10][];
    float[][] scores = new float[10][12];
    for (int user = 0; user < 10; user++) {
      train[user] = IntStream.rangeClosed(0, user).toArray();
      scores[user][11] = user % 2 == 0 ? 1 : -1;
    }
    int[][] heldOut = new int[10][];
    Arrays.fill(heldOut, row(11));

    List<Slice> groups = slices(interactions(12, train), interactions(12, heldOut), scores, 1);

    assertThat(groups.subList(0, 5))
        .extracting(Slice::name)
        .containsExactly(
            "users with 1–2 training interactions",
            "users with 3–4 training interactions",
            "users with 5–6 training interactions",
            "users with 7–8 training interactions",
            "users with 9–10 training interactions");
    assertThat(groups.subList(0, 5))
        .allSatisfy(
            group -> {
              assertThat(group.kind()).isEqualTo(Slice.Kind.USERS);
              assertThat(group.members()).isEqualTo(2);
              assertThat(group.metrics().get("recall@1")).isEqualTo(0.5);
              assertThat(group.metrics()).hasSize(6);
            });
  }

  @Test
  void usersOfTheSameNumberAreNotSplit() {
    int[][] train = new int[10][];
    Arrays.fill(train, row(0));
    train[9] = row(0, 1);
    int[][] heldOut = new int[10][];
    Arrays.fill(heldOut, row(2));

    List<Slice> groups =
        slices(interactions(3, train), interactions(3, heldOut), new float[10][3], 1).stream()
            .filter(slice -> slice.kind() == Slice.Kind.USERS)
            .toList();

    assertThat(groups)
        .extracting(Slice::name)
        .containsExactly("users with 1 training interaction", "users with 2 training interactions");
    assertThat(groups).extracting(Slice::members).containsExactly(9, 1);
  }

  @Test
  void itemsFallIntoHeadMidTailAndCold() {
    // Popularity falls with the item number: item i of the ten warm ones has 10 − i users. User 10
    // has item 9 alone and is the one evaluated; items 10 and 11 are cold.
    int[][] train = new int[11][];
    for (int user = 0; user < 10; user++) {
      train[user] = IntStream.range(0, 10 - user).toArray();
    }
    train[10] = row(9);
    int[][] heldOut = new int[11][];
    Arrays.fill(heldOut, row());
    heldOut[10] = row(0, 1, 2, 8, 10, 11);
    float[][] scores = new float[11][12];
    scores[10] = new float[] {9, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7, 6}; // ranks 0, 2, 10, 11, 1, …

    List<Slice> items =
        slices(interactions(12, train), interactions(12, heldOut), scores, 2, 3).stream()
            .filter(slice -> slice.kind() == Slice.Kind.ITEMS)
            .toList();

    assertThat(items)
        .extracting(Slice::name)
        .containsExactly("head items", "mid items", "tail items", "cold items");
    assertThat(items).extracting(Slice::members).containsExactly(2, 3, 5, 2);
    assertThat(items).extracting(Slice::users).containsOnly(1);
    assertThat(items)
        .extracting(slice -> slice.metrics().get("recall@2"))
        .containsExactly(0.5, 1.0, 0.0, 0.0);
    assertThat(items)
        .extracting(slice -> slice.metrics().get("recall@3"))
        .containsExactly(0.5, 1.0, 0.0, 0.5);
  }

  @Test
  void itemSlicesWithoutARelevantItemAreUndefined() {
    List<Slice> all = slices(interactions(3, row(0)), interactions(3, row(1)), new float[1][3], 1);

    Slice head = all.get(1);
    assertThat(head.name()).isEqualTo("head items");
    assertThat(head.users()).isZero();
    assertThat(head.metrics().get("recall@1")).isNaN();
  }

  @Test
  void userGroupsPartitionTheUsersAndAverageToTheWhole() {
    EvaluatorTest.Small small = EvaluatorTest.random(137, 90, 11);
    EvaluationResult result = small.builder().withSlices().build().evaluate(small.scorer());
    List<Slice> groups =
        result.slices().stream().filter(slice -> slice.kind() == Slice.Kind.USERS).toList();

    assertThat(groups.stream().mapToInt(Slice::members).sum()).isEqualTo(result.users());
    double weighted =
        groups.stream()
            .mapToDouble(g -> g.members() * g.metrics().getOrDefault("ndcg@20", Double.NaN))
            .sum();
    assertThat(weighted / result.users()).isCloseTo(result.metric("ndcg@20"), within(1e-12));
  }

  private static List<Slice> slices(
      Interactions train, Interactions heldOut, float[][] scores, int... cutoffs) {
    return Evaluator.builder(train, heldOut)
        .cutoffs(cutoffs)
        .withSlices()
        .build()
        .evaluate(new MatrixScorer(train.items(), scores))
        .slices();
  }
}
