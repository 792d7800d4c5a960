package dev.medley.prepare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what is left out, by stage and reason, each with the first place where it was met. */
final class Drops {
  private record Key(String stage, String reason) {}

  private static final class Tally {
    private long count;
    private final String first;

    Tally(String first) {
      this.first = first;
    }
  }

  private final Map<Key, Tally> tallies = new LinkedHashMap<>();

  /** One more. */
  void add(String stage, String reason, String where) {
    tallies.computeIfAbsent(new Key(stage, reason), absent -> new Tally(where)).count++;
  }

  /** Several more, of which no place is known; nothing where there are none. */
  void add(String stage, String reason, long count) {
    add(stage, reason, count, "");
  }

  /** Several more, the first of them there; nothing where there are none. */
  void add(String stage, String reason, long count, String first) {
    if (count > 0) {
      tallies.computeIfAbsent(new Key(stage, reason), absent -> new Tally(first)).count += count;
    }
  }

  /** All in the order in which they were first met. */
  List<Funnel.Drop> list() {
    List<Funnel.Drop> drops = new ArrayList<>();
    tallies.forEach(
        (key, tally) ->
            drops.add(new Funnel.Drop(key.stage(), key.reason(), tally.count, tally.first)));
    return drops;
  }
}
