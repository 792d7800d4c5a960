package dev.medley.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The number type of parameters and of everything computed from them. */
public enum Precision {
  /** 32 bits: for training. */
  FLOAT(torch.ScalarType.Float),
  /**
   * 32 bits, but the large products with features take bfloat16 factors: for processors with
   * instructions for that. Their results and all sums are float32 again.
   */
  BF16(torch.ScalarType.Float),
  /** 64 bits: for checking gradients by finite differences. */
  DOUBLE(torch.ScalarType.Double);

  private final torch.ScalarType type;

  Precision(torch.ScalarType type) {
    this.type = type;
  }

  torch.ScalarType type() {
    return type;
  }

  /**
   * A large product.
   *
   * @param x N × F
   * @param w F × D
   * @return N × D, of {@link #type}
   */
  public Tensor product(Tensor x, Tensor w) {
    return this == BF16 ? rounded(x).mm(rounded(w)).to(type) : x.mm(w);
  }

  /** A large product and a bias of D added to each row. */
  public Tensor product(Tensor x, Tensor w, Tensor bias) {
    return this == BF16 ? product(x, w).add(bias) : torch.addmm(bias, x, w);
  }

  /**
   * What {@link #product} may be given in place of features that do not change: rounded once, not
   * in every step.
   *
   * @param x N × F
   * @return {@code x} itself where its products do not round it
   */
  public Tensor frozen(Tensor x) {
    return this == BF16 ? rounded(x) : x;
  }

  private static Tensor rounded(Tensor x) {
    return x.to(torch.ScalarType.BFloat16);
  }
}
