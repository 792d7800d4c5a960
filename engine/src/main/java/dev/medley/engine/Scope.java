package dev.medley.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The lexical owner of every native object that its thread creates while it is the innermost one.
 * Closing it frees them all, except those that left it by {@link #release}.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor sum = a.add(b);
 *   return scope.release(sum);   // the caller owns it now, and frees it with Scope.free
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private static final AtomicLong LIVE = new AtomicLong();

  private final Counted pointers = new Counted();

  private Scope() {}

  /** Opens a scope inside the current one of this thread. */
  public static Scope open() {
    return new Scope();
  }

  /** How many native objects are owned, by open scopes or by those that released them. */
  public static long liveHandles() {
    return LIVE.get();
  }

  /**
   * Lets {@code tensor} outlive this scope; whoever receives it frees it with {@link #free}.
   *
   * @throws IllegalArgumentException if it is an alias, as {@code x.add_(y)} returns one: that owns
   *     nothing, and would dangle when the scope closes
   */
  public Tensor release(Tensor tensor) {
    if (tensor.referenceCount() < 0) {
      throw new IllegalArgumentException(
          "tensor to release: expected one that owns its memory, got an alias of another");
    }
    LIVE.incrementAndGet();
    tensor.retainReference();
    return tensor;
  }

  /** Frees a tensor that left its scope by {@link #release}. */
  public static void free(Tensor tensor) {
    LIVE.decrementAndGet();
    tensor.releaseReference();
  }

  @Override
  public void close() {
    pointers.close();
  }

  /** A pointer scope that knows how many objects it owns. */
  private static final class Counted extends PointerScope {
    private long owned;

    @Override
    public PointerScope attach(Pointer pointer) {
      owned++;
      LIVE.incrementAndGet();
      return super.attach(pointer);
    }

    @Override
    public PointerScope detach(Pointer pointer) {
      owned--;
      LIVE.decrementAndGet();
      return super.detach(pointer);
    }

    @Override
    public void close() {
      super.close();
      LIVE.addAndGet(-owned);
      owned = 0;
    }
  }
}
