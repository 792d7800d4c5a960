package dev.medley.bench;

import dev.medley.core.RandomStream;
import dev.medley.core.Seed;
import dev.medley.data.FolderDraft;
import dev.medley.prepare.Amazon;
import dev.medley.prepare.CsvSource;
import dev.medley.prepare.Funnel;
import dev.medley.prepare.Preparation;
import dev.medley.prepare.PrepareOptions;
import dev.medley.prepare.Source;
import dev.medley.runs.PeakMemory;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Time and memory of {@code medley prepare}: {@code prepare reviews DIR} on a packed file of
 * reviews of the size of Amazon Electronics, {@code prepare interactions DIR} on a table of 20
 * million interactions, whose 5-core is compared with a literal one. The files are generated in DIR
 * where they are not there yet.
 */
final class PrepareSpeed {
  private static final int REVIEWS = 1_689_188;
  private static final int REVIEWERS = 192_403;
  private static final int PRODUCTS = 63_001;
  private static final int WORDS = 30_000;

  private static final int INTERACTIONS = 20_000_000;
  private static final int USERS = 2_000_000;
  private static final int ITEMS = 400_000;
  private static final int CORE = 5;

  private PrepareSpeed() {}

  static void run(String... arguments) throws Exception {
    String what = arguments.length == 2 ? arguments[0] : "";
    Path folder = arguments.length == 2 ? Path.of(arguments[1]) : Path.of("");
    switch (what) {
      case "reviews" -> reviews(Files.createDirectories(folder));
      case "interactions" -> interactions(Files.createDirectories(folder));
      default -> throw new IllegalArgumentException("expected: prepare reviews|interactions DIR");
    }
  }

  private static void reviews(Path folder) throws Exception {
    Path file = folder.resolve("reviews_Generated_5.json.gz");
    if (!Files.exists(file)) {
      writeReviews(file);
    }
    Timings.print("%,d reviews, %,d MiB packed", REVIEWS, Files.size(file) >> 20);
    prepare(new Amazon(Amazon.Year.Y2014, file, null, null, null), folder.resolve("reviews"));
  }

  private static void interactions(Path folder) throws Exception {
    Path file = folder.resolve("interactions.csv");
    if (!Files.exists(file)) {
      writeInteractions(file);
    }
    Timings.print("%,d interactions, %,d MiB", INTERACTIONS, Files.size(file) >> 20);
    Funnel funnel =
        prepare(
            new CsvSource(
                file,
                new CsvSource.InteractionColumns("user", "item", null, "time"),
                null,
                null,
                null),
            folder.resolve("interactions"));
    long left = funnel.stages().get(funnel.stages().size() - 1).interactions();
    long start = System.nanoTime();
    long literal = LiteralCore.count(INTERACTIONS, USERS, ITEMS, CORE, pairs());
    Timings.print(
        "literal %d-core in memory: %,d interactions, %.1f s; they are %s",
        CORE, literal, (System.nanoTime() - start) / 1e9, literal == left ? "equal" : "NOT EQUAL");
  }

  private static Funnel prepare(Source source, Path out) throws IOException {
    FolderDraft.deleteAll(out);
    long start = System.nanoTime();
    double cpu = cpuSeconds();
    String[] step = {"start"};
    Funnel funnel =
        Preparation.run(
            source,
            PrepareOptions.DEFAULT.withKCore(CORE),
            out,
            (what, count) -> {
              if (!what.equals(step[0])) {
                Timings.print("  %6.1f s until: %s", (System.nanoTime() - start) / 1e9, what);
                step[0] = what;
              }
            });
    System.out.print(funnel.toText());
    Timings.print(
        "prepared in %.1f s, %.1f s of them on a core, at most %.0f MiB resident",
        (System.nanoTime() - start) / 1e9,
        cpuSeconds() - cpu,
        PeakMemory.mebibytes().orElse(Double.NaN));
    return funnel;
  }

  /** What this process has used of all cores so far: on a busy machine the truer measure. */
  private static double cpuSeconds() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(time -> time.toMillis() / 1e3)
        .orElse(Double.NaN);
  }

  private static void writeReviews(Path file) throws IOException {
    RandomStream random = new Seed(1).child("reviews").stream();
    String[] words = new String[WORDS];
    for (int k = 0; k < WORDS; k++) {
      StringBuilder word = new StringBuilder();
      for (int letters = 2 + random.nextInt(8); letters > 0; letters--) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words[k] = word.toString();
    }
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(file), 1 << 16) {
          {
            def.setLevel(Deflater.BEST_SPEED);
          }
        }) {
      StringBuilder line = new StringBuilder();
      for (int k = 0; k < REVIEWS; k++) {
        int user = k < REVIEWERS ? k : skewed(random, REVIEWERS);
        line.setLength(0);
        line.append("{\"reviewerID\": \"A").append(1_000_000_000L + user);
        line.append("\", \"asin\": \"B").append(100_000_000 + skewed(random, PRODUCTS));
        line.append("\", \"reviewerName\": \"").append(words[random.nextInt(WORDS)]);
        line.append("\", \"helpful\": [").append(random.nextInt(9)).append(", 9]");
        line.append(", \"reviewText\": \"");
        for (int count = 20 + random.nextInt(200); count > 0; count--) {
          line.append(words[skewed(random, WORDS)]).append(' ');
        }
        line.append("\", \"overall\": ").append(1 + random.nextInt(5));
        line.append(".0, \"summary\": \"").append(words[random.nextInt(WORDS)]);
        line.append("\", \"unixReviewTime\": ").append(1_300_000_000 + random.nextInt(100_000_000));
        line.append(", \"reviewTime\": \"07 9, 2012\"}\n");
        out.write(line.toString().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  private static void writeInteractions(Path file) throws IOException {
    LiteralCore.Pairs pairs = pairs();
    RandomStream random = new Seed(2).child("times").stream();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write("user,item,time\n".getBytes(StandardCharsets.ISO_8859_1));
      for (int k = 0; k < INTERACTIONS; k++) {
        pairs.next();
        String line =
            "u" + pairs.user() + ",i" + pairs.item() + "," + random.nextInt(1_000_000_000) + "\n";
        out.write(line.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  /** The same pairs each time; some stand twice. */
  private static LiteralCore.Pairs pairs() {
    RandomStream random = new Seed(2).child("pairs").stream();
    return new LiteralCore.Pairs() {
      private int user;
      private int item;

      @Override
      public void next() {
        user = skewed(random, USERS);
        item = skewed(random, ITEMS);
      }

      @Override
      public int user() {
        return user;
      }

      @Override
      public int item() {
        return item;
      }
    };
  }

  /** Few are popular. */
  private static int skewed(RandomStream random, int size) {
    double x = random.nextDouble();
    return Math.min(size - 1, (int) (size * x * x));
  }
}
