package dev.medley.models.blocks;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How much the dimensions of a representation tell of each other: the divergence of its
 * distribution from the product of its marginals, 0 where they are independent
 * (watanabe1960information).
 */
public sealed interface TotalCorrelation {

  /**
   * The estimate, with a tape.
   *
   * @param h N × D, one row per item
   * @return a single number
   */
  Tensor of(Tensor h);

  /** The estimators by name. */
  enum Estimator {
    /** {@link Gaussian}. */
    GAUSSIAN,
    /** {@link MinibatchWeighted}. */
    MINIBATCH_WEIGHTED;

    /**
     * The estimator for D dimensions.
     *
     * @param dim D
     */
    public TotalCorrelation of(int dim) {
      return switch (this) {
        case GAUSSIAN -> new Gaussian(1e-6);
        case MINIBATCH_WEIGHTED -> new MinibatchWeighted(0.1, 4 * dim);
      };
    }
  }

  /**
   * That of a normal distribution with the covariance Σ of the rows: ½ (Σ_d log(Σ_dd + ε) − log
   * det(Σ + εI)), in float64 throughout.
   *
   * @param epsilon ε, above 0
   */
  record Gaussian(double epsilon) implements TotalCorrelation {
    @Override
    public Tensor of(Tensor h) {
      if (h.size(0) == 0) {
        return h.sum();
      }
      Tensor x = h.to(torch.ScalarType.Double);
      Tensor centred = x.sub(x.mean(0)); // N × D
      Tensor covariance = torch.mm(centred.t(), centred).div(new Scalar((double) x.size(0)));
      Tensor ridge = torch.eye(x.size(1), x.options()).mul(new Scalar(epsilon));
      Tensor sum = covariance.add(ridge); // D × D
      return sum.diagonal().log().sum().sub(sum.logdet()).mul(new Scalar(0.5)).to(typeOf(h));
    }

    private static torch.ScalarType typeOf(Tensor h) {
      return dev.medley.engine.Tensors.typeOf(h);
    }
  }

  /**
   * Minibatch-weighted sampling (chen2018isolating, eq. 5) with q(· | x) = N(h, s²I): the mean over
   * drawn z of log q(z) − Σ_d log q(z_d), each q a mean over the chosen rows.
   *
   * <p>Choice: its constant (D − 1) log of the number of items is left out; it moves no gradient.
   *
   * @param deviation s, above 0
   * @param rows at most so many, drawn anew each time from libtorch's generator
   */
  record MinibatchWeighted(double deviation, int rows) implements TotalCorrelation {
    @Override
    public Tensor of(Tensor h) {
      if (h.size(0) == 0) {
        return h.sum();
      }
      long count = Math.min(rows, h.size(0));
      Tensor chosen =
          count == h.size(0)
              ? h
              : h.index_select(
                  0,
                  torch
                      .randperm(h.size(0))
                      .to(h.device(), torch.ScalarType.Long)
                      .narrow(0, 0, count)); // M × D
      Tensor z = chosen.add(torch.randn_like(chosen).mul(new Scalar(deviation)));
      Tensor distance = // M × M × D: of each z from each row, in deviations
          z.unsqueeze(1).sub(chosen.unsqueeze(0)).div(new Scalar(deviation));
      double normal = -Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
      Tensor density = distance.square().mul(new Scalar(-0.5)).add(new Scalar(normal)); // log q
      Tensor joint = density.sum(2).logsumexp(1); // M
      Tensor marginals = density.logsumexp(1); // M × D
      double logCount = Math.log((double) count);
      return joint.sub(new Scalar(logCount)).sub(marginals.sub(new Scalar(logCount)).sum(1)).mean();
    }
  }
}
