package dev.medley.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.models.Batch;
import dev.medley.models.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchesTest {

  private static Interactions random(int users, int items, long seed) {
    RandomStream random = new Seed(seed).stream();
    int count = users * 3;
    int[] userOf = new int[count];
    int[] itemOf = new int[count];
    for (int k = 0; k < count; k++) {
      userOf[k] = random.nextInt(users);
      itemOf[k] = random.nextInt(items);
    }
    return Interactions.ofPairs(users, items, userOf, itemOf);
  }

  private static <B extends Batch> List<B> batches(
      Interactions train, Sampler<B> sampler, long seed) {
    List<B> all = new ArrayList<>();
    Batches batches = new Batches(train);
    batches.forEach(sampler, new Seed(seed).stream(), all::add);
    assertThat(all).hasSize(batches.count(sampler));
    return all;
  }

  private static long[] sorted(List<? extends Batch> batches, int items) {
    return batches.stream()
        .flatMapToLong(
            batch -> {
              int[] users =
                  batch instanceof Batch.Pairs pairs ? pairs.users() : positives(batch).users();
              int[] liked =
                  batch instanceof Batch.Pairs pairs
                      ? pairs.positives()
                      : positives(batch).positives();
              return IntStream.range(0, users.length)
                  .mapToLong(k -> (long) users[k] * items + liked[k]);
            })
        .sorted()
        .toArray();
  }

  private static Batch.PositivePairs positives(Batch batch) {
    return (Batch.PositivePairs) batch;
  }

  private static long[] all(Interactions train) {
    int[] userOf = train.userOfEach();
    return IntStream.range(0, train.size())
        .mapToLong(k -> (long) userOf[k] * train.items() + train.columns()[k])
        .toArray();
  }

  @Test
  void aBatchOfMoreThanThereIsIsOneBatch() {
    Interactions train = random(5, 8, 1);
    for (int size : new int[] {15, 16, Integer.MAX_VALUE}) {
      assertThat(batches(train, new Sampler.ItemRows(size), 1)).hasSize(1);
      assertThat(batches(train, new Sampler.UserRows(size), 1)).hasSize(1);
      assertThat(batches(train, new Sampler.PositivePairs(size), 1)).hasSize(1);
      assertThat(batches(train, new Sampler.PairsWithNegatives(size), 1)).hasSize(1);
    }
  }

  @Property(tries = 100)
  void everyInteractionComesOnceWithAnItemThatOccursButIsNotTheUsers(
      @ForAll @IntRange(min = 1, max = 30) int users,
      @ForAll @IntRange(min = 8, max = 40) int items,
      @ForAll @IntRange(min = 1, max = 50) int batchSize,
      @ForAll long seed) {
    Interactions train = random(users, items, seed);
    int[] counts = train.itemCounts();
    long occurring = IntStream.of(counts).filter(count -> count > 0).count();
    List<Batch.Pairs> batches = batches(train, new Sampler.PairsWithNegatives(batchSize), seed);
    for (Batch.Pairs batch : batches) {
      for (int k = 0; k < batch.size(); k++) {
        assertThat(train.contains(batch.users()[k], batch.positives()[k])).isTrue();
        assertThat(train.contains(batch.users()[k], batch.negatives()[k])).isFalse();
        assertThat(counts[batch.negatives()[k]]).isPositive();
      }
    }
    int[] userOf = train.userOfEach();
    long[] expected =
        IntStream.range(0, train.size())
            .filter(k -> train.count(userOf[k]) < occurring)
            .mapToLong(k -> (long) userOf[k] * items + train.columns()[k])
            .toArray();
    assertThat(sorted(batches, items)).isEqualTo(expected);
  }

  @Test
  void onlyTheLastBatchIsShorter() {
    Interactions train = random(20, 40, 1);
    List<Batch.Pairs> batches = batches(train, new Sampler.PairsWithNegatives(16), 1);
    int[] sizes = batches.stream().mapToInt(Batch::size).toArray();
    assertThat(Arrays.copyOf(sizes, sizes.length - 1)).containsOnly(16);
    assertThat(sizes[sizes.length - 1]).isEqualTo(train.size() % 16).isPositive();
  }

  @Test
  void aUserWhoHasEveryItemIsLeftOutWhereNegativesAreNeeded() {
    Interactions train =
        Interactions.ofPairs(3, 4, new int[] {0, 0, 0, 1, 2}, new int[] {0, 1, 2, 0, 1});
    List<Batch.Pairs> batches = batches(train, new Sampler.PairsWithNegatives(10), 1);
    assertThat(batches).hasSize(1);
    assertThat(batches.get(0).users()).containsExactlyInAnyOrder(1, 2);
    assertThat(batches.get(0).negatives()).doesNotContain(3); // which nobody has
    assertThat(sorted(batches(train, new Sampler.PositivePairs(10), 1), 4)).isEqualTo(all(train));
  }

  @Test
  void negativesAreUniformOverTheItemsThatTheUserHasNot() {
    Interactions train =
        Interactions.ofPairs(2, 5, new int[] {0, 0, 1, 1, 1}, new int[] {0, 1, 2, 3, 4});
    int[] counts = new int[5];
    Batches batches = new Batches(train);
    RandomStream random = new Seed(6).stream();
    for (int epoch = 0; epoch < 6000; epoch++) {
      batches.forEach(
          new Sampler.PairsWithNegatives(5),
          random,
          batch -> {
            for (int k = 0; k < batch.size(); k++) {
              counts[batch.negatives()[k]]++;
            }
          });
    }
    // 12,000 draws over items 2, 3, 4; 18,000 over items 0, 1; five standard deviations.
    assertThat(counts[0] + counts[1]).isEqualTo(18_000);
    assertThat(Math.abs(counts[0] - 9000)).isLessThan(336);
    for (int item = 2; item < 5; item++) {
      assertThat(Math.abs(counts[item] - 4000)).isLessThan(259);
    }
  }

  @Test
  void sameStreamGivesTheSameBatchesWhateverCameBefore() {
    Interactions train = random(20, 40, 1);
    Batches batches = new Batches(train);
    batches.forEach(new Sampler.PairsWithNegatives(7), new Seed(5).stream(), batch -> {});
    List<Batch.Pairs> second = new ArrayList<>();
    batches.forEach(new Sampler.PairsWithNegatives(7), new Seed(9).stream(), second::add);
    List<Batch.Pairs> fresh = batches(train, new Sampler.PairsWithNegatives(7), 9);
    assertThat(second).usingRecursiveComparison().isEqualTo(fresh);
    assertThat(fresh)
        .usingRecursiveComparison()
        .isNotEqualTo(batches(train, new Sampler.PairsWithNegatives(7), 10));
  }

  @Test
  void rowsComeOnceEachInAnotherOrderEveryTime() {
    Interactions train = random(11, 23, 1);
    List<Batch.UserRows> users = batches(train, new Sampler.UserRows(4), 1);
    List<Batch.ItemRows> items = batches(train, new Sampler.ItemRows(1000), 1);
    int[] userOrder = users.stream().flatMapToInt(batch -> IntStream.of(batch.users())).toArray();
    assertThat(userOrder)
        .isNotEqualTo(IntStream.range(0, 11).toArray())
        .containsExactlyInAnyOrder(IntStream.range(0, 11).boxed().toArray(Integer[]::new));
    assertThat(users.stream().mapToInt(Batch::size).toArray()).containsExactly(4, 4, 3);
    assertThat(items).hasSize(1);
    assertThat(items.get(0).items())
        .containsExactlyInAnyOrder(IntStream.range(0, 23).boxed().toArray(Integer[]::new))
        .isNotEqualTo(batches(train, new Sampler.ItemRows(1000), 2).get(0).items());
  }

  @Test
  void userWhoHasAlmostEverythingIsGivenEachItemItLacksAlike() {
    int items = 40;
    List<Integer> lacked = List.of(0, 7, 8, 39); // also the first and the last
    int[] liked =
        IntStream.concat(
                IntStream.range(0, items).filter(item -> !lacked.contains(item)),
                lacked.stream().mapToInt(item -> item))
            .toArray();
    int[] userOf = new int[items];
    Arrays.fill(userOf, items - lacked.size(), items, 1); // another user has those, so they occur
    Interactions train = Interactions.ofPairs(2, items, userOf, liked);
    int[] drawn = new int[items];
    int heavy = 0;
    for (long seed = 0; seed < 100; seed++) {
      for (Batch.Pairs batch : batches(train, new Sampler.PairsWithNegatives(64), seed)) {
        for (int k = 0; k < batch.size(); k++) {
          if (batch.users()[k] == 0) {
            drawn[batch.negatives()[k]]++;
            heavy++;
          }
        }
      }
    }
    for (int item = 0; item < items; item++) {
      if (lacked.contains(item)) {
        assertThat(drawn[item]).isBetween(heavy * 22 / 100, heavy * 28 / 100);
      } else {
        assertThat(drawn[item]).isZero();
      }
    }
  }
}
