package dev.medley.bench;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.features.FeatureExtraction;
import dev.medley.features.FeatureProgress;
import dev.medley.features.FeatureReport;
import dev.medley.features.FeatureRequest;
import dev.medley.features.TextField;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Titles that MiniLM and pictures that the descriptor encode in a second on two threads, and the
 * most memory that 100,000 items take: {@code bench/run features FOLDER}.
 */
final class FeatureRates {
  private static final int THREADS = 2;
  private static final int TITLES = 4_000;
  private static final int PICTURES = 3_000;
  private static final int MANY = 100_000;
  private static final List<String> WORDS =
      List.of(
          ("wireless noise cancelling headphones case for tablet inch leather black steel bottle baby"
                  + " stroller cover organic cotton set of two kitchen knife professional running shoes"
                  + " women size stainless water proof outdoor camping tent light weight")
              .split(" ", -1));

  private FeatureRates() {}

  static void run(String... arguments) throws IOException {
    Path folder = Path.of(arguments.length > 0 ? arguments[0] : "bench-features");
    Files.createDirectories(folder);
    Path titles = folder.resolve("titles");
    write(titles, TITLES, false);
    encode(titles, new FeatureRequest.Text.MiniLm(), new FeatureRequest.Image.None());
    Path pictures = folder.resolve("pictures");
    write(pictures, PICTURES, true);
    encode(pictures, new FeatureRequest.Text.None(), new FeatureRequest.Image.Descriptor());
    Path many = folder.resolve("many");
    write(many, MANY, false);
    encode(many, new FeatureRequest.Text.TfIdf(), new FeatureRequest.Image.None());
    Timings.print("peak resident memory after %,d items: %.0f MiB", MANY, peakMebibytes());
  }

  /** Encodes and prints; the processor's seconds tell more than the clock's on a busy machine. */
  private static void encode(Path folder, FeatureRequest.Text text, FeatureRequest.Image image)
      throws IOException {
    forget(folder.resolve(".features"));
    double before = processorSeconds();
    FeatureReport report =
        FeatureExtraction.run(
                folder,
                new FeatureRequest(text, image, List.of(), TextField.ALL, THREADS),
                FeatureProgress.NONE)
            .get(0);
    double processor = processorSeconds() - before;
    Timings.print(
        "%s by %s: %,d items in %.1f s, %.0f a second (%d encoded now); %.1f s of processor time, with %d cores to itself %.0f a second",
        report.modality(),
        report.encoder(),
        report.items(),
        report.seconds(),
        report.items() / report.seconds(),
        report.encoded(),
        processor,
        THREADS,
        report.items() / processor * THREADS);
  }

  /** Deletes what an earlier call has encoded. */
  private static void forget(Path cache) throws IOException {
    if (Files.isDirectory(cache)) {
      try (Stream<Path> files = Files.list(cache)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static double processorSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** Titles of 6 to 16 words, each another, and JPEGs of 300 × 300 with shapes in many colours. */
  private static void write(Path folder, int items, boolean pictures) throws IOException {
    if (Files.exists(folder.resolve("items.tsv"))) {
      return;
    }
    RandomStream random = new Seed(5).child("bench features").stream();
    Files.createDirectories(folder.resolve("images"));
    for (int k = 0; k < items && pictures; k++) {
      try (OutputStream out = Files.newOutputStream(folder.resolve("images/" + k + ".jpg"))) {
        ImageIO.write(picture(random), "jpg", out);
      }
    }
    try (Writer out = Files.newBufferedWriter(folder.resolve("items.tsv"))) {
      out.write("id\ttitle\timage\n");
      for (int k = 0; k < items; k++) {
        StringBuilder title = new StringBuilder("No " + k);
        for (int word = 6 + random.nextInt(11); word > 0; word--) {
          title.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
        }
        out.write(k + "\t" + title + "\t" + (pictures ? k + ".jpg" : "") + "\n");
      }
    }
  }

  private static BufferedImage picture(RandomStream random) {
    BufferedImage picture = new BufferedImage(300, 300, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    for (int k = 0; k < 40; k++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(
          random.nextInt(300), random.nextInt(300), random.nextInt(120), random.nextInt(120));
    }
    graphics.dispose();
    return picture;
  }

  private static double peakMebibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    return Double.NaN;
  }
}
