package dev.medley.testkit;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Float64 tensors from arrays and back, made in the innermost scope. */
public final class Doubles {

  private Doubles() {}

  /** A float64 tensor that copies {@code values}, row by row. */
  public static Tensor of(double[] values, long... shape) {
    Tensor tensor = torch.empty(shape, new TensorOptions(torch.ScalarType.Double), null);
    if (tensor.numel() != values.length) {
      throw new IllegalArgumentException(
          "tensor values: expected " + tensor.numel() + ", got " + values.length);
    }
    memory(tensor).put(values, 0, values.length);
    return tensor;
  }

  /** All values of a tensor of either precision, row by row. */
  public static double[] toArray(Tensor tensor) {
    Tensor plain = tensor.detach().to(torch.ScalarType.Double).contiguous();
    double[] values = new double[Math.toIntExact(plain.numel())];
    memory(plain).get(values, 0, values.length);
    return values;
  }

  /** The memory of a contiguous float64 tensor, to be read and written in place. */
  static DoublePointer memory(Tensor tensor) {
    if (tensor.scalar_type().intern() != torch.ScalarType.Double || !tensor.is_contiguous()) {
      throw new IllegalArgumentException(
          "tensor: expected a contiguous one of Double, got one of " + tensor.scalar_type());
    }
    return new DoublePointer(tensor.data_ptr());
  }

  /** The largest absolute difference between two arrays of one length. */
  public static double largestDifference(double[] left, double[] right) {
    if (left.length != right.length) {
      throw new IllegalArgumentException(
          "arrays: expected one length, got " + left.length + " and " + right.length);
    }
    double largest = 0;
    for (int k = 0; k < left.length; k++) {
      double difference = Math.abs(left[k] - right[k]);
      largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
    }
    return largest;
  }
}
