package dev.medley.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.core.ItemDescription;
import dev.medley.core.Seed;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleCatalogueTest {
  @TempDir private static Path parent = Path.of("");

  @BeforeAll
  static void write() throws IOException {
    write("a", 7);
  }

  @Test
  void sameSeedGivesTheSameBytes() throws IOException {
    write("b", 7);
    write("c", 8);

    try (Stream<Path> files = Files.walk(parent.resolve("a"))) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertThat(all).hasSize(3 + SampleCatalogue.PRODUCTS - 12);
      for (Path file : all) {
        Path name = parent.resolve("a").relativize(file);
        assertThat(parent.resolve("b").resolve(name)).hasSameBinaryContentAs(file);
      }
    }
    assertThat(parent.resolve("c/sample.inter"))
        .content()
        .isNotEqualTo(Files.readString(parent.resolve("a/sample.inter")));
  }

  @Test
  void folderReadsBackAsAShopWithPictures() throws IOException {
    Dataset dataset = DatasetFolder.read(parent.resolve("a"));

    assertThat(dataset.name()).isEqualTo("sample");
    assertThat(dataset.users().size()).isEqualTo(SampleCatalogue.USERS);
    assertThat(dataset.items().size()).isEqualTo(SampleCatalogue.PRODUCTS);
    assertThat(dataset.users().id(0)).isEqualTo("u0001");
    assertThat(dataset.items().id(599)).isEqualTo("p0600");
    assertThat(dataset.warnings()).isEmpty();
    assertThat(dataset.train().size()).isBetween(4 * 1200, 5 * 1200);
    assertThat(dataset.validation().size()).isEqualTo(1200);
    assertThat(dataset.test().size()).isEqualTo(2 * 1200);
    int drawn = 0;
    for (ItemDescription item : dataset.descriptions()) {
      assertThat(item.brand()).isNotEmpty();
      assertThat(item.title().split(" ", -1).length).isGreaterThanOrEqualTo(3);
      if (!item.image().isEmpty()) {
        drawn++;
        BufferedImage picture =
            ImageIO.read(parent.resolve("a/images").resolve(item.image()).toFile());
        assertThat(picture.getWidth()).isEqualTo(128);
        assertThat(colours(picture)).isGreaterThan(1);
      }
    }
    assertThat(drawn).isEqualTo(SampleCatalogue.PRODUCTS - 12);
  }

  @Test
  void textsSayNothingOfColoursAndPatterns() throws IOException {
    String items = Files.readString(parent.resolve("a/items.tsv"));
    for (String colour : SampleProduct.COLOURS) {
      assertThat(items).doesNotContainIgnoringCase(" " + colour + " ");
    }
    assertThat(items).doesNotContain("stripes", "dots", "checks");
    assertThat(new HashSet<>(SampleCatalogue.looks(new Seed(7)))).hasSize(8 * 6);
  }

  private static void write(String name, long seed) throws IOException {
    SampleCatalogue.write(parent.resolve(name), new Seed(seed), draft -> {});
  }

  private static int colours(BufferedImage picture) {
    HashSet<Integer> seen = new HashSet<>();
    for (int k = 0; k < picture.getWidth(); k++) {
      seen.add(picture.getRGB(k, k));
      seen.add(picture.getRGB(k, 64));
    }
    return seen.size();
  }
}
