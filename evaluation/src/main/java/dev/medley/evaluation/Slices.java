package dev.medley.evaluation;

import dev.medley.core.Interactions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accuracy for parts of the users and of the items.
 *
 * <p>Users: five groups by number of training interactions, as equal in population as is possible
 * without splitting users of the same number; where one number covers several fifths there are
 * fewer groups. All accuracy metrics.
 *
 * <p>Items: by number of training interactions, equal ones by item number. Of those with at least
 * one, the most popular 20 % are the head, the next 30 % the middle, the other 50 % the tail; cold
 * items have none. Recall@K: which part of a user's relevant items of the slice stands in the
 * user's list, mean over the users who have any.
 */
final class Slices {
  private static final int USER_GROUPS = 5;
  private static final double HEAD = 0.2;
  private static final double MIDDLE = 0.5;

  private final RankedLists lists;
  private final Interactions train;
  private final Interactions heldOut;
  private final PerUserValues perUser;
  private final int[] cutoffs;

  Slices(
      RankedLists lists,
      Interactions train,
      Interactions heldOut,
      PerUserValues perUser,
      int[] cutoffs) {
    this.lists = lists;
    this.train = train;
    this.heldOut = heldOut;
    this.perUser = perUser;
    this.cutoffs = cutoffs;
  }

  List<Slice> all() {
    List<Slice> slices = new ArrayList<>();
    addUserGroups(slices);
    addItemGroups(slices);
    return List.copyOf(slices);
  }

  private void addUserGroups(List<Slice> slices) {
    int[] counts = Arrays.stream(perUser.users()).map(train::count).toArray();
    int[] sorted = counts.clone();
    Arrays.sort(sorted);
    int from = 0;
    for (int group = 1; group <= USER_GROUPS; group++) {
      int to = boundary(sorted, (int) ((long) sorted.length * group / USER_GROUPS));
      if (to > from) {
        slices.add(userGroup(counts, sorted[from], sorted[to - 1]));
        from = to;
      }
    }
  }

  /** The position nearest to {@code wanted} where the sorted values change. */
  private static int boundary(int[] sorted, int wanted) {
    int below = wanted;
    while (below > 0 && below < sorted.length && sorted[below] == sorted[below - 1]) {
      below--;
    }
    int above = wanted;
    while (above > 0 && above < sorted.length && sorted[above] == sorted[above - 1]) {
      above++;
    }
    return wanted - below <= above - wanted ? below : above;
  }

  private Slice userGroup(int[] counts, int least, int most) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    int members = 0;
    for (int count : counts) {
      members += count >= least && count <= most ? 1 : 0;
    }
    for (int column = 0; column < perUser.columns().size(); column++) {
      Means means = new Means();
      for (int row = 0; row < counts.length; row++) {
        if (counts[row] >= least && counts[row] <= most) {
          means.add(perUser.value(row, column));
        }
      }
      metrics.put(perUser.columns().get(column), means.mean());
    }
    String range = least == most ? String.valueOf(least) : least + "–" + most;
    return new Slice(
        Slice.Kind.USERS,
        "users with " + range + " training interaction" + (most == 1 ? "" : "s"),
        members,
        members,
        Collections.unmodifiableMap(metrics));
  }

  private void addItemGroups(List<Slice> slices) {
    int[] counts = train.itemCounts();
    Integer[] byPopularity = new Integer[counts.length];
    Arrays.setAll(byPopularity, item -> item);
    Arrays.sort(byPopularity, Comparator.comparingInt(item -> -counts[item])); // stable
    int warm = 0;
    for (int count : counts) {
      warm += count > 0 ? 1 : 0;
    }
    int head = (int) Math.ceil(HEAD * warm);
    int middle = (int) Math.ceil(MIDDLE * warm);
    List<String> names = List.of("head items", "mid items", "tail items", "cold items");
    int[] ends = {head, middle, warm, counts.length};
    int from = 0;
    for (int group = 0; group < ends.length; group++) {
      boolean[] members = new boolean[counts.length];
      for (int k = from; k < ends[group]; k++) {
        members[byPopularity[k]] = true;
      }
      slices.add(itemGroup(names.get(group), members, ends[group] - from));
      from = ends[group];
    }
  }

  private Slice itemGroup(String name, boolean[] members, int size) {
    Means[] means = new Means[cutoffs.length];
    Arrays.setAll(means, c -> new Means());
    int users = 0;
    for (int row = 0; row < lists.size(); row++) {
      int user = lists.user(row);
      int relevant = 0;
      for (int k = heldOut.begin(user); k < heldOut.end(user); k++) {
        relevant += members[heldOut.columns()[k]] ? 1 : 0;
      }
      if (relevant > 0) {
        users++;
        int hits = 0;
        int at = lists.begin(row);
        for (int c = 0; c < cutoffs.length; c++) {
          for (int end = lists.end(row, cutoffs[c]); at < end; at++) {
            int item = lists.item(at);
            hits += members[item] && heldOut.contains(user, item) ? 1 : 0;
          }
          means[c].add((double) hits / relevant);
        }
      }
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int c = 0; c < cutoffs.length; c++) {
      metrics.put("recall@" + cutoffs[c], means[c].mean());
    }
    return new Slice(Slice.Kind.ITEMS, name, size, users, Collections.unmodifiableMap(metrics));
  }
}
