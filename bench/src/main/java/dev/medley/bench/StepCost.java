package dev.medley.bench;

/**
 * What a training step cannot do without, forward and backward together.
 *
 * @param multiplyAdds in dense products
 * @param sparseMultiplyAdds in products with a sparse matrix
 * @param exponentials of softmax and the like, forward alone
 * @param optimiserBytes that Adam reads and writes: parameter, gradient and both moments are read,
 *     all but the gradient written, 28 for each number
 */
record StepCost(
    double multiplyAdds, double sparseMultiplyAdds, double exponentials, double optimiserBytes) {
  private static final double BYTES_A_NUMBER = 28;

  /** No work but Adam's on so many numbers. */
  static StepCost of(long parameters) {
    return new StepCost(0, 0, 0, BYTES_A_NUMBER * parameters);
  }

  /** And a dense product with its two gradients: forward, to the left and to the right. */
  StepCost dense(double rows, double inner, double columns) {
    return products(3, rows, inner, columns);
  }

  /** And so many dense products of this shape. */
  StepCost products(double times, double rows, double inner, double columns) {
    return new StepCost(
        multiplyAdds + times * rows * inner * columns,
        sparseMultiplyAdds,
        exponentials,
        optimiserBytes);
  }

  /** And a sparse product with its gradient, so many times. */
  StepCost sparse(double times, double entries, double columns) {
    return new StepCost(
        multiplyAdds,
        sparseMultiplyAdds + 2 * times * entries * columns,
        exponentials,
        optimiserBytes);
  }

  /** And so many exponentials. */
  StepCost exponentials(double count) {
    return new StepCost(multiplyAdds, sparseMultiplyAdds, exponentials + count, optimiserBytes);
  }
}
