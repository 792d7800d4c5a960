package dev.medley.engine;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Tensors from arrays and back. All are created in the innermost {@link Scope}, on the device that
 * {@link Engine} was started with.
 */
public final class Tensors {

  private Tensors() {}

  /** A float32 tensor of the given shape with uninitialised content. */
  public static Tensor empty(long... shape) {
    return placed(torch.empty(shape));
  }

  /** A float32 tensor of zeros. */
  public static Tensor zeros(long... shape) {
    return placed(torch.zeros(shape));
  }

  /** A float32 tensor that copies {@code values}, row by row. */
  public static Tensor of(float[] values, long... shape) {
    Tensor tensor = torch.empty(shape);
    checkSize(values.length, tensor);
    if (values.length == 0) {
      return tensor; // it has no memory
    }
    try (FloatPointer to = new FloatPointer(tensor.data_ptr())) {
      to.put(values, 0, values.length);
    }
    return placed(tensor);
  }

  /** An int64 vector that copies {@code values}: row numbers for a gather. */
  public static Tensor longs(long[] values) {
    Tensor tensor = torch.empty(new long[] {values.length}, options(torch.ScalarType.Long), null);
    if (values.length == 0) {
      return tensor; // it has no memory
    }
    try (LongPointer to = new LongPointer(tensor.data_ptr())) {
      to.put(values, 0, values.length);
    }
    return placed(tensor);
  }

  /** Row numbers for a gather, int64. */
  public static Tensor rows(int[] values) {
    long[] rows = new long[values.length];
    for (int k = 0; k < rows.length; k++) {
      rows[k] = values[k];
    }
    return longs(rows);
  }

  /** An int32 vector that copies {@code values}. */
  public static Tensor ints(int[] values) {
    Tensor tensor = torch.empty(new long[] {values.length}, options(torch.ScalarType.Int), null);
    if (values.length == 0) {
      return tensor; // it has no memory
    }
    try (IntPointer to = new IntPointer(tensor.data_ptr())) {
      to.put(values, 0, values.length);
    }
    return placed(tensor);
  }

  /** Copies a contiguous float32 tensor to the front of {@code out}. */
  public static void copy(Tensor tensor, float[] out) {
    checkReadable(tensor, torch.ScalarType.Float);
    int count = Math.toIntExact(tensor.numel());
    if (count == 0) {
      return;
    }
    try (FloatPointer from = new FloatPointer(onHost(tensor).data_ptr())) {
      from.get(out, 0, count);
    }
  }

  /** All values of a float32 tensor, row by row. */
  public static float[] toFloats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    try (Scope scope = Scope.open()) {
      copy(tensor.detach().contiguous(), values);
    }
    return values;
  }

  /** All values of a tensor of either precision, row by row. */
  public static double[] toDoubles(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    if (values.length == 0) {
      return values;
    }
    try (Scope scope = Scope.open()) {
      Tensor plain = onHost(tensor.detach()).to(torch.ScalarType.Double).contiguous();
      new DoublePointer(plain.data_ptr()).get(values, 0, values.length);
    }
    return values;
  }

  /** All values of a contiguous int64 tensor. */
  public static long[] toLongs(Tensor tensor) {
    checkReadable(tensor, torch.ScalarType.Long);
    long[] values = new long[Math.toIntExact(tensor.numel())];
    if (values.length == 0) {
      return values;
    }
    try (LongPointer from = new LongPointer(onHost(tensor).data_ptr())) {
      from.get(values, 0, values.length);
    }
    return values;
  }

  /** All values of a contiguous int32 tensor. */
  public static int[] toInts(Tensor tensor) {
    checkReadable(tensor, torch.ScalarType.Int);
    int[] values = new int[Math.toIntExact(tensor.numel())];
    if (values.length == 0) {
      return values;
    }
    try (IntPointer from = new IntPointer(onHost(tensor).data_ptr())) {
      from.get(values, 0, values.length);
    }
    return values;
  }

  /** Float64, as the type of an operation's result. */
  public static ScalarTypeOptional doubles() {
    return new ScalarTypeOptional(torch.ScalarType.Double);
  }

  /** A number as an operation's argument. */
  public static Scalar scalar(double value) {
    return new Scalar(value);
  }

  /** A number as an operation's optional argument. */
  public static ScalarOptional scalarOptional(double value) {
    return new ScalarOptional(new Scalar(value));
  }

  private static TensorOptions options(torch.ScalarType type) {
    return new TensorOptions(type);
  }

  /** Moves what was made on the processor to the engine's device. */
  static Tensor placed(Tensor made) {
    Device device = Engine.device();
    return device.cuda() ? made.to(device.torch(), typeOf(made)) : made;
  }

  /** The tensor, or its copy in the processor's memory. */
  static Tensor onHost(Tensor tensor) {
    return tensor.is_cpu() ? tensor : tensor.cpu();
  }

  /** The number type; what JavaCPP returns is a new object each time, not the enum's constant. */
  public static torch.ScalarType typeOf(Tensor tensor) {
    return tensor.scalar_type().intern();
  }

  /** Memory is read as it lies, so another type or another order would be read as nonsense. */
  static void checkReadable(Tensor tensor, torch.ScalarType type) {
    torch.ScalarType found = typeOf(tensor);
    if (found != type || !tensor.is_contiguous()) {
      throw new IllegalArgumentException(
          "tensor to read: expected a contiguous one of %s, got one of %s%s"
              .formatted(type, found, tensor.is_contiguous() ? "" : " that is not contiguous"));
    }
  }

  private static void checkSize(int values, Tensor tensor) {
    if (values != tensor.numel()) {
      throw new IllegalArgumentException(
          "tensor values: expected " + tensor.numel() + ", got " + values);
    }
  }
}
