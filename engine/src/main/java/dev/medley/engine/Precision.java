package dev.medley.engine;

import org.bytedeco.pytorch.global.torch;

/** The number type of parameters and of everything computed from them. */
public enum Precision {
  /** 32 bits: for training. */
  FLOAT(torch.ScalarType.Float),
  /** 64 bits: for checking gradients by finite differences. */
  DOUBLE(torch.ScalarType.Double);

  private final torch.ScalarType type;

  Precision(torch.ScalarType type) {
    this.type = type;
  }

  torch.ScalarType type() {
    return type;
  }
}
