package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ShapleyTest {

  /** Which of {@code parts} are there, as bits, the first part's the lowest. */
  private static int bits(int parts, IntPredicate present) {
    return IntStream.range(0, parts).map(part -> present.test(part) ? 1 << part : 0).sum();
  }

  /**
   * The first game has 1 without anyone, A 3, B 7, C 2, AB 13, AC 6, BC 8, ABC 25. What each adds
   * in the orders ABC, ACB, BAC, BCA, CAB, CBA: A 2, 2, 6, 17, 4, 17; B 10, 19, 6, 6, 19, 6; C 12,
   * 3, 12, 1, 1, 1. In the second each adds the same always.
   */
  @Test
  void threePlayersByHand() {
    double[][] values = {{1, -2}, {3, -1}, {7, -2}, {13, -1}, {2, -6}, {6, -5}, {8, -6}, {25, -5}};
    double[][] shares = Shapley.of(values[0], 3, present -> values[bits(3, present)]);
    assertThat(shares).hasDimensions(2, 4);
    assertThat(shares[0]).containsExactly(new double[] {1, 8, 11, 5}, Offset.offset(1e-12));
    assertThat(shares[1]).containsExactly(new double[] {-2, 1, 0, -4}, Offset.offset(1e-12));
    assertThat(Arrays.stream(shares[0]).sum()).isCloseTo(25, Offset.offset(1e-12));
    assertThat(Arrays.stream(shares[1]).sum()).isCloseTo(-5, Offset.offset(1e-12));
  }

  @Test
  void sharesAreTheMeansOverAllOrdersAndSumToTheValueOfTheWhole() {
    for (int parts = 1; parts <= 5; parts++) {
      int players = parts;
      RandomStream random = new Seed(parts).stream();
      double[][] values = new double[1 << parts][3]; // by set, by item
      for (double[] ofSet : values) {
        Arrays.setAll(ofSet, item -> random.nextGaussian());
      }
      double[][] shares = Shapley.of(values[0], parts, present -> values[bits(players, present)]);
      for (int item = 0; item < 3; item++) {
        double[] expected = new double[1 + parts];
        expected[0] = values[0][item];
        List<List<Integer>> orders = orders(parts);
        for (List<Integer> order : orders) {
          int before = 0;
          for (int part : order) {
            int after = before | 1 << part;
            expected[1 + part] += (values[after][item] - values[before][item]) / orders.size();
            before = after;
          }
        }
        assertThat(shares[item]).containsExactly(expected, Offset.offset(1e-12));
        assertThat(Arrays.stream(shares[item]).sum())
            .isCloseTo(values[values.length - 1][item], Offset.offset(1e-12));
      }
    }
  }

  private static List<List<Integer>> orders(int parts) {
    if (parts == 0) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (List<Integer> shorter : orders(parts - 1)) {
      for (int place = 0; place < parts; place++) {
        List<Integer> order = new ArrayList<>(shorter);
        order.add(place, parts - 1);
        all.add(order);
      }
    }
    return all;
  }

  @Test
  void eachSetIsValuedOnceAndTheEmptyOneNever() {
    List<Integer> asked = new ArrayList<>();
    Shapley.of(
        new double[] {0},
        3,
        present -> {
          asked.add(bits(3, present));
          return new double[] {0};
        });
    assertThat(asked).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void moreThanSixteenPartsAreRefused() {
    assertThatThrownBy(() -> Shapley.of(new double[] {0}, 17, present -> new double[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Shapley: expected at most 16 parts, got 17");
  }
}
