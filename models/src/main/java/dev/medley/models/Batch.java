package dev.medley.models;

/** What a sampler hands to a loss: dense numbers of users and items, B of each. */
public sealed interface Batch {

  /** B. */
  int size();

  /** Users, an item that each has, and an item that each has not. */
  record Pairs(int[] users, int[] positives, int[] negatives) implements Batch {
    @Override
    public int size() {
      return users.length;
    }
  }

  /** Users and an item that each has. */
  record PositivePairs(int[] users, int[] positives) implements Batch {
    @Override
    public int size() {
      return users.length;
    }
  }

  /** Whole rows of the user × item matrix. */
  record UserRows(int[] users) implements Batch {
    @Override
    public int size() {
      return users.length;
    }
  }

  /** Whole rows of the item × user matrix. */
  record ItemRows(int[] items) implements Batch {
    @Override
    public int size() {
      return items.length;
    }
  }
}
