package dev.medley.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Starts libtorch in this process. The library is one per process and cannot be stopped, so this is
 * the one place with static state.
 */
public final class Engine {
  /** The version of libtorch that this build uses. */
  public static final String LIBTORCH_VERSION = "2.10.0";

  private static final List<String> LIBRARIES =
      List.of("libgomp.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so", "libjnitorch.so");

  private static boolean started;
  private static Device device = Device.CPU;

  private Engine() {}

  /** Starts on the processor; see {@link #start(int, Device)}. */
  public static void start(int threads) {
    start(threads, Device.CPU);
  }

  /**
   * Loads libtorch, unpacking its libraries on first use, and sets how many threads its operations
   * use and where new tensors live. May be called again to change either.
   *
   * @param threads at least 1
   * @param place where {@link Tensors} puts what it makes from now on
   * @throws UncheckedIOException if the libraries cannot be unpacked, as on a full disk
   * @throws dev.medley.core.InvalidInputException if this machine or build lacks the device
   */
  public static synchronized void start(int threads, Device place) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    if (!started) {
      // Memory is freed by scopes alone; JavaCPP's collector thread and its limits stay out of it.
      setDefault("org.bytedeco.javacpp.nopointergc", "true");
      setDefault("org.bytedeco.javacpp.maxBytes", "0");
      setDefault("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      unpack();
      torch.set_num_interop_threads(1);
      started = true;
    }
    torch.set_num_threads(threads);
    device = place.checked();
  }

  /** Where new tensors live. */
  static synchronized Device device() {
    return device;
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Unpacks the native libraries before any of them is loaded: loading from a half-filled cache
   * crashes the process. A file lock keeps a second process waiting meanwhile.
   */
  private static void unpack() {
    String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/";
    try {
      Path cache = Loader.getCacheDir().toPath();
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("medley.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        for (String library : LIBRARIES) {
          unpack(folder + library);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "libtorch could not be unpacked into JavaCPP's cache folder: "
              + failure.getMessage()
              + "; make room there, or choose another with -Dorg.bytedeco.javacpp.cachedir=FOLDER",
          failure);
    }
  }

  private static void unpack(String resource) throws IOException {
    // The class literal does not initialise the class, which would load the library.
    @Nullable URL url = Loader.findResource(torch.class, resource);
    if (url != null && Files.notExists(Loader.cacheResource(url).toPath())) {
      throw new IOException("expected " + resource + " in the cache after unpacking");
    }
  }
}
