package dev.medley.training;

import dev.medley.core.Interactions;
import dev.medley.core.RandomStream;
import dev.medley.models.Batch;
import dev.medley.models.Sampler;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Gives the batches of an epoch. Everything random comes from the stream it is handed, so an epoch
 * is the same whatever came before it and however many threads there are.
 */
public final class Batches {
  private final Interactions train;
  private final int[] userOf; // of each interaction
  private final int[] eligible; // interactions whose user lacks some candidate, ascending
  private final int[] order; // the same, shuffled anew each epoch
  private final int[] candidates; // items that occur in training, ascending

  /** The batches of these interactions. */
  public Batches(Interactions train) {
    this.train = train;
    this.userOf = train.userOfEach();
    int[] counts = train.itemCounts();
    int seen = 0;
    for (int count : counts) {
      seen += count > 0 ? 1 : 0;
    }
    this.candidates = new int[seen];
    for (int item = 0, k = 0; item < counts.length; item++) {
      if (counts[item] > 0) {
        candidates[k++] = item;
      }
    }
    this.eligible = interactionsWithANegative();
    this.order = new int[eligible.length];
  }

  /** A user who has every candidate has no negative, so nothing can be ranked below its items. */
  private int[] interactionsWithANegative() {
    int[] kept = new int[train.size()];
    int size = 0;
    for (int k = 0; k < kept.length; k++) {
      if (train.count(userOf[k]) < candidates.length) {
        kept[size++] = k;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  /** How many batches an epoch has. */
  public int count(Sampler<?> sampler) {
    long full = sampler.batchSize(); // rows and batch together may be more than an int holds
    return Math.toIntExact((rows(sampler) + full - 1) / full);
  }

  private int rows(Sampler<?> sampler) {
    if (sampler instanceof Sampler.PairsWithNegatives) {
      return order.length;
    } else if (sampler instanceof Sampler.PositivePairs) {
      return train.size();
    } else if (sampler instanceof Sampler.UserRows) {
      return train.users();
    } else {
      return train.items();
    }
  }

  /** Hands one epoch's batches to {@code sink}, drawing from {@code random}. */
  @SuppressWarnings("unchecked") // each sampler names its batch type
  public <B extends Batch> void forEach(Sampler<B> sampler, RandomStream random, Consumer<B> sink) {
    if (sampler instanceof Sampler.PairsWithNegatives pairs) {
      pairs(pairs.batchSize(), random, batch -> sink.accept((B) batch));
    } else if (sampler instanceof Sampler.PositivePairs pairs) {
      positivePairs(pairs.batchSize(), random, batch -> sink.accept((B) batch));
    } else if (sampler instanceof Sampler.UserRows rows) {
      rows(
          train.users(),
          rows.batchSize(),
          random,
          users -> sink.accept((B) new Batch.UserRows(users)));
    } else if (sampler instanceof Sampler.ItemRows rows) {
      rows(
          train.items(),
          rows.batchSize(),
          random,
          items -> sink.accept((B) new Batch.ItemRows(items)));
    }
  }

  private void pairs(int batchSize, RandomStream random, Consumer<Batch.Pairs> sink) {
    System.arraycopy(eligible, 0, order, 0, order.length);
    random.shuffle(order);
    for (int from = 0; from < order.length; from += batchSize) {
      int size = Math.min(batchSize, order.length - from);
      int[] users = new int[size];
      int[] positives = new int[size];
      int[] negatives = new int[size];
      for (int k = 0; k < size; k++) {
        int interaction = order[from + k];
        users[k] = userOf[interaction];
        positives[k] = train.columns()[interaction];
        negatives[k] = negative(users[k], random);
      }
      sink.accept(new Batch.Pairs(users, positives, negatives));
    }
  }

  private int negative(int user, RandomStream random) {
    if (2 * train.count(user) > candidates.length) {
      return negativeOfHeavyUser(user, random);
    }
    int item = candidates[random.nextInt(candidates.length)];
    while (train.contains(user, item)) {
      item = candidates[random.nextInt(candidates.length)];
    }
    return item;
  }

  /** One draw among the candidates that the user lacks; drawing until one fits takes too long. */
  private int negativeOfHeavyUser(int user, RandomStream random) {
    int begin = train.begin(user);
    int rank = random.nextInt(candidates.length - train.count(user)); // among those that it lacks
    int low = 0; // how many of the user's items stand before the candidate of that rank
    int high = train.count(user);
    while (low < high) {
      int middle = (low + high) >>> 1;
      int place = Arrays.binarySearch(candidates, train.columns()[begin + middle]);
      if (place - middle > rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return candidates[rank + low];
  }

  private void positivePairs(
      int batchSize, RandomStream random, Consumer<Batch.PositivePairs> sink) {
    rows(
        train.size(),
        batchSize,
        random,
        interactions -> {
          int[] users = new int[interactions.length];
          int[] positives = new int[interactions.length];
          for (int k = 0; k < users.length; k++) {
            users[k] = userOf[interactions[k]];
            positives[k] = train.columns()[interactions[k]];
          }
          sink.accept(new Batch.PositivePairs(users, positives));
        });
  }

  private static void rows(int count, int batchSize, RandomStream random, Consumer<int[]> sink) {
    int[] rows = new int[count];
    ascending(count, rows);
    random.shuffle(rows);
    for (int from = 0; from < count; from += batchSize) {
      sink.accept(Arrays.copyOfRange(rows, from, Math.min(count, from + batchSize)));
    }
  }

  private static void ascending(int count, int[] out) {
    for (int k = 0; k < count; k++) {
      out[k] = k;
    }
  }
}
