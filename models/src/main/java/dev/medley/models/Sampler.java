package dev.medley.models;

/**
 * Which batches an epoch consists of; every kind passes over its rows once, in a new random order.
 *
 * @param <B> the batches it gives
 */
public sealed interface Sampler<B extends Batch> {

  /** Rows in a batch, at least 1; the last one may be shorter. */
  int batchSize();

  /**
   * Every training interaction, each with one item drawn uniformly from those that occur in
   * training and that the user has not.
   */
  record PairsWithNegatives(int batchSize) implements Sampler<Batch.Pairs> {}

  /** Every training interaction. */
  record PositivePairs(int batchSize) implements Sampler<Batch.PositivePairs> {}

  /** Every user. */
  record UserRows(int batchSize) implements Sampler<Batch.UserRows> {}

  /** Every item. */
  record ItemRows(int batchSize) implements Sampler<Batch.ItemRows> {}
}
